"""Exam versions from draft to retired: what each step needs, who takes it, and what it leaves alone (rule P2)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from portal.tests.conftest import StoppedClock

from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import going_live, queries, services, stages
from guildmark_portal.exams.models import ExamStage, ExamVersion
from guildmark_portal.exams.refusals import ProgramNotOpen, PublishRefused, StageMoved, StepMissing, StepRefused

from .conftest import BankFolder, MakeBank, Sitting
from .paid_exam import granted, published, settled

DRAFT, PROVEN, PILOT, LIVE, RETIRED = Stage
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def private(make_bank: MakeBank) -> MakeBank:
    """Private banks, calibrated unless told otherwise."""

    def make(*, calibrated: bool = True, **options: Any) -> BankFolder:
        bank = make_bank(visibility="private", **options)
        if calibrated:
            bank.calibrate()
        return bank

    return make


def registered(bank: BankFolder, to: Stage = DRAFT, kind: ExamKind = ExamKind.LIVE) -> ExamVersion:
    return services.publish(bank.folder, kind, "tests", to=to)


def take(version: ExamVersion, to: Stage, **more: Any) -> ExamStage:
    given = {"actor": "tests", "reason": "It is time.", "now": clock.now(), **more}
    return stages.step(version=version, to=to, **given)


def history(version: ExamVersion) -> list[tuple[str, bool]]:
    return [(row.stage, row.left_at is None) for row in version.stages.all()]


class TestTheWayToLive:
    def test_p2_a_draft_is_offered_to_nobody(self, private: MakeBank, candidate: User) -> None:
        version = registered(private())
        assert (stages.stage_of(version), queries.open_programs()) == (DRAFT, ())
        with pytest.raises(ProgramNotOpen):
            Sitting(candidate, "tiny")

    def test_p2_every_step_is_kept_with_who_when_and_why(
        self, private: MakeBank, staff: User, stopped_clock: StoppedClock
    ) -> None:
        version, began = registered(private()), clock.now()
        take(version, PROVEN, actor=staff, reason="  Calibrated on ten variants. ")
        stopped_clock.advance(60)
        take(version, LIVE, actor=staff)
        proven = version.stages.get(stage="proven")
        assert (proven.actor, proven.reason) == (f"user:{staff.pk}", "Calibrated on ten variants.")
        assert (proven.entered_at, proven.left_at) == (began, clock.now())
        assert history(version) == [("draft", False), ("proven", False), ("live", True)]
        steps = [entry.detail["to"] for entry in Entry.objects.filter(action="exam.stage").order_by("id")]
        assert steps == ["draft", "proven", "live"]

    def test_p2_publishing_at_once_takes_the_same_steps(self, private: MakeBank) -> None:
        assert history(registered(private(), LIVE)) == [("draft", False), ("proven", False), ("live", True)]

    def test_p2_publishing_a_draft_again_takes_it_on(self, private: MakeBank) -> None:
        bank = private()
        version = registered(bank)
        assert registered(bank, PILOT) == version
        assert stages.stage_of(version) is PILOT
        assert registered(bank, LIVE) == version
        assert [stage for stage, _stands in history(version)] == ["draft", "proven", "pilot", "live"]
        registered(bank, PILOT)
        assert stages.stage_of(version) is LIVE

    def test_x20_no_form_without_its_proof_is_proven(self, private: MakeBank) -> None:
        version = registered(private(calibrated=False))
        with pytest.raises(StepMissing) as refused:
            take(version, PROVEN)
        named = [form for form in ("first", "second", "third", "fourth") if f"{form}-form: it was never" in str(refused.value)]
        assert (named, stages.stage_of(version)) == (["first", "second", "third", "fourth"], DRAFT)

    @pytest.mark.parametrize("changed", ["data", "build", "scoring"])
    def test_x20_a_proof_of_a_form_as_it_was_is_none(self, make_bank: MakeBank, changed: str) -> None:
        bank = make_bank(visibility="private")
        bank.calibrate(changed=changed)
        with pytest.raises(StepMissing, match=f"the {changed} changed after the calibration"):
            take(registered(bank), PROVEN)

    def test_x15_public_answers_keep_even_a_proven_version_from_its_pilot(self, bank: BankFolder) -> None:
        bank.calibrate()
        version = registered(bank)
        take(version, PROVEN)
        for to in (PILOT, LIVE):
            with pytest.raises(StepMissing, match="its sources are public"):
                take(version, to)

    def test_x20_an_owner_overrides_what_is_missing_and_the_history_says_so(self, private: MakeBank, staff: User) -> None:
        version = registered(private(calibrated=False))
        decided = going_live.override(staff.email, "Our own staff alone.")
        row = take(version, PROVEN, override=decided)
        assert (row.actor, row.reason, len(row.overridden)) == (f"user:{staff.pk}", "Our own staff alone.", 4)
        assert Entry.objects.get(action="exam.stage", detail__to="proven").detail["overridden"] == row.overridden

    def test_p2_an_override_of_nothing_leaves_no_trace(self, private: MakeBank, staff: User) -> None:
        row = take(registered(private()), PROVEN, override=going_live.override(staff.email, "To be safe."))
        assert (row.actor, row.reason, row.overridden) == ("tests", "It is time.", [])

    def test_p2_a_step_that_there_is_not_is_refused_with_those_that_there_are(self, private: MakeBank) -> None:
        version = registered(private())
        with pytest.raises(StepRefused, match="draft cannot become live") as refused:
            take(version, LIVE)
        assert refused.value.next_step == "From there it can become: proven, retired."
        for reason in (" ", "x" * 501):
            with pytest.raises(StepRefused, match="A step has a reason"):
                take(version, PROVEN, reason=reason)
        take(version, PROVEN, reason="x" * 500)

    def test_p2_a_demonstration_proves_nothing(self, bank: BankFolder) -> None:
        assert history(registered(bank, LIVE, ExamKind.DEMO))[-1] == ("live", True)

    def test_p2_with_pilot_sittings_settled_nothing_goes_live_without_them(self, private: MakeBank) -> None:
        program = published(private())
        settled("pilot_sittings=2")
        with pytest.raises(StepMissing, match="2 decided sittings too few of the 2"):
            registered(private(version="2030.2", pass_mark=80), LIVE)
        assert program.versions.count() == 1
        version = registered(private(version="2030.2", pass_mark=80), PILOT)
        with pytest.raises(StepMissing):
            take(version, LIVE)


class TestOneAtATime:
    def test_p2_what_goes_live_retires_what_was(self, private: MakeBank) -> None:
        first = registered(private(), LIVE)
        second = registered(private(version="2030.2", pass_mark=80), LIVE)
        assert (stages.stage_of(first), stages.stage_of(second)) == (RETIRED, LIVE)
        assert stages.standing(first).successor == second
        assert queries.current_version(first.program) == second

    def test_p2_what_was_live_comes_back_and_what_never_was_does_not(self, private: MakeBank) -> None:
        first = registered(private(), LIVE)
        second = registered(private(version="2030.2", pass_mark=80), LIVE)
        take(first, LIVE, reason="The new one has a task that nobody can pass.")
        assert (stages.stage_of(first), stages.stage_of(second)) == (LIVE, RETIRED)
        third = registered(private(version="2030.3", pass_mark=70))
        take(third, RETIRED)
        with pytest.raises(StepRefused) as refused:
            take(third, LIVE)
        assert refused.value.next_step == "Publish a bank as a new version."

    def test_p2_other_languages_are_live_beside_it_with_the_same_rules_alone(self, private: MakeBank) -> None:
        english = registered(private(), LIVE)
        korean = registered(private(version="2030.2", languages=["en", "ko"]), LIVE)
        assert (stages.stage_of(english), stages.stage_of(korean)) == (LIVE, LIVE)
        assert queries.current_version(english.program, language="ko") == korean
        chinese = registered(private(version="2030.3", languages=["en", "zh-Hans"], pass_mark=70))
        take(chinese, PROVEN)
        override = going_live.Override(User.objects.create_superuser("boss@example.org"), "I insist.")
        with pytest.raises(StepMissing, match=r"version 2030\.\d, which is live in other languages, has other rules"):
            take(chinese, LIVE, override=override)

    def test_p2_a_candidate_gets_the_version_in_their_language(self, private: MakeBank, candidate: User) -> None:
        from django.utils import translation

        program = published(private())
        korean = registered(private(version="2030.2", languages=["en", "ko"]), LIVE)
        english = stages.live_stages(program).get(languages="en").exam_version
        granted(candidate, program)
        with translation.override("ko"):
            sitting = Sitting(candidate, "tiny")
        assert sitting.attempt.exam_version == korean != english

    def test_p2_the_database_holds_one_live_version_and_one_stage(self, private: MakeBank) -> None:
        first = registered(private(), LIVE)
        second = registered(private(version="2030.2", pass_mark=80), PILOT)
        row = stages.standing(second)
        with pytest.raises(IntegrityError), transaction.atomic():
            ExamStage.objects.filter(pk=row.pk).update(stage="live")
        fields = {"program": first.program, "languages": "xx", "entered_at": clock.now(), "actor": "tests"}
        with pytest.raises(IntegrityError), transaction.atomic():
            ExamStage.objects.create(exam_version=first, stage="pilot", **fields)

    def test_p2_of_two_who_saw_the_same_stage_the_second_is_told(self, private: MakeBank) -> None:
        version = registered(private())
        take(version, PROVEN, seen=DRAFT)
        with pytest.raises(StageMoved):
            take(version, RETIRED, seen=DRAFT)
        assert stages.stage_of(version) is PROVEN

    def test_p2_a_program_is_called_as_its_live_version_is(self, private: MakeBank) -> None:
        program = registered(private(), LIVE).program
        later = registered(private(version="2030.2", title={"en": "Tiny exam, anew"}, pass_mark=80), PILOT)
        program.refresh_from_db()
        assert program.title == "Tiny exam"
        take(later, LIVE)
        program.refresh_from_db()
        assert program.title == "Tiny exam, anew"


class TestWhatBeganBefore:
    def test_p2_an_attempt_stays_on_its_version_when_another_goes_live_in_the_middle(
        self, private: MakeBank, candidate: User, stranger: User
    ) -> None:
        program = published(private(variants=2))
        first = queries.current_version(program)
        for person in (candidate, stranger):
            granted(person, program)
        before = Sitting(candidate, "tiny").prepare()
        second = registered(private(version="2030.2", pass_mark=50), LIVE)
        after = Sitting(stranger, "tiny")
        assert (before.attempt.exam_version, after.attempt.exam_version) == (first, second)
        before.begin()
        assert (before.attempt.exam_version, before.attempt.exam_version.bank.exam.pass_mark) == (first, 90)
        assert before.offer.sha256 == before.attempt.bundle_sha256

    def test_p2_what_retires_takes_no_new_attempt_and_leaves_the_others(
        self, private: MakeBank, candidate: User, stranger: User
    ) -> None:
        program = published(private())
        for person in (candidate, stranger):
            granted(person, program)
        running = Sitting(candidate, "tiny").prepare()
        take(queries.current_version(program), RETIRED)
        with pytest.raises(ProgramNotOpen):
            Sitting(stranger, "tiny")
        running.begin()
        running.submit("category1", b"score 5")
        assert running.finish().exam_version.version == "2030.1"
        assert queries.open_programs() == ()


def test_p2_what_a_draft_certifies_has_no_page_before_it_is_live(private: MakeBank, client: Client) -> None:
    live = registered(private(), LIVE)
    draft = registered(private(version="2030.2", pass_mark=80), PILOT)
    pages = [f"/programs/tiny/achievements/{version.version}" for version in (live, draft)]
    assert [client.get(page).status_code for page in pages] == [200, 404]
    take(draft, LIVE)
    assert [client.get(page).status_code for page in pages] == [200, 200]


def test_x15_a_draft_of_a_live_exam_is_not_given_out_for_practice_either(private: MakeBank) -> None:
    bank = private()
    registered(bank)
    with pytest.raises(PublishRefused, match="belong to a live exam"):
        registered(bank, LIVE, ExamKind.MOCK)
