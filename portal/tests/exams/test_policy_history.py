"""What a program settles has versions, which attempts and rights to sit keep; windows, to the moment (rules P2, P9)."""

from datetime import UTC, datetime, timedelta

import pytest
from portal.tests.conftest import StoppedClock

from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import policies, services
from guildmark_portal.exams.appealing import appeal_until
from guildmark_portal.exams.models import PolicyVersion, Program
from guildmark_portal.exams.policy import ProgramPolicy, amended
from guildmark_portal.exams.queries import open_programs
from guildmark_portal.exams.refusals import PolicyRefused, UnknownPolicyVersion, WindowClosed

from .conftest import MakeBank, Sit, Sitting, WorkOff
from .paid_exam import granted, published, settled

OPENS = datetime(2030, 1, 15, 13, 0, tzinfo=UTC)
WINDOW = ("opens_at=2030-01-15 13:00", "closes_at=2030-01-20 18:00 UTC", "registration_closes_at=2030-01-16 00:00")
TICK = timedelta(microseconds=1)


@pytest.fixture
def program(make_bank: MakeBank, stopped_clock: StoppedClock, db: None) -> Program:
    return published(make_bank(visibility="private"))


class TestVersions:
    def test_p2_every_change_is_a_version_and_the_earlier_ones_stay(self, program: Program) -> None:
        settled("fee=80")
        settled("fee=80")
        settled("fee=60", "currency=EUR")
        prices = [version.policy.price for version in program.policy_versions.order_by("number")]
        assert prices == ["100 USD", "100 USD", "80 USD", "60 EUR"]
        assert [version.number for version in program.policy_versions.all()] == [4, 3, 2, 1]

    def test_p2_what_was_settled_says_who_and_when(self, program: Program, stopped_clock: StoppedClock) -> None:
        stopped_clock.advance(60)
        settled("fee=80")
        newest = policies.newest(program)
        assert newest is not None
        assert (newest.settled_by, newest.settled_at) == ("tests", clock.now())

    def test_p2_a_program_from_before_has_its_first_version_as_soon_as_somebody_asks(self, program: Program) -> None:
        PolicyVersion.objects.all().delete()
        found = policies.in_force(Program.objects.get(), now=clock.now())
        assert (found.number, found.policy, found.settled_at) == (1, Program.objects.get().policy, program.created_at)
        assert policies.in_force(program, now=clock.now()) == found

    def test_p2_a_default_that_a_new_release_changed_is_a_version_too(self, program: Program) -> None:
        first = policies.in_force(program, now=clock.now())
        Program.objects.update(policy_document={**program.policy_document, "appeal_days": 30})  # as if it were the default
        found = policies.in_force(Program.objects.get(), now=clock.now())
        assert (found.number, found.policy.appeal_days, found.settled_by) == (first.number + 1, 30, "update")

    def test_p2_two_versions_differ_in_what_was_changed_in_words(self, program: Program) -> None:
        before = program.policy
        after = settled("fee=79.50", "retake_waits=1 year", "registration.terms=on").policy
        assert [(one.key, one.before, one.after) for one in policies.differences(before, after)] == [
            ("fee", "100", "79.50"),
            ("retake_waits", "14 days, 2 months, 1 year", "1 year"),
            ("registration.terms", "off", "on"),
        ]
        assert policies.differences(after, after) == ()

    def test_p2_a_number_that_there_is_not_is_refused(self, program: Program) -> None:
        with pytest.raises(UnknownPolicyVersion):
            policies.version_of(program, 9)


class TestWhatIsKept:
    def test_p2_an_attempt_and_its_right_keep_what_was_settled_at_their_beginning(
        self, program: Program, candidate: User
    ) -> None:
        right = granted(candidate, program)
        settled("fee=80")
        attempt = Sitting(candidate, "tiny").attempt
        settled("fee=60")
        right.refresh_from_db()
        assert right.policy_version is not None
        assert (right.policy_version.policy.price, attempt.settled.price) == ("100 USD", "80 USD")
        assert Program.objects.get().policy.price == "60 USD"

    @pytest.mark.usefixtures("stopped_clock")
    def test_x12_appeals_are_taken_as_long_as_was_settled_when_the_attempt_was_opened(
        self, sit: Sit, candidate: User, work_off: WorkOff
    ) -> None:
        sitting = sit(candidate)
        services.amend_policy(slug="tiny-demo", assignments=["appeal_days=1"], actor="tests", now=clock.now())
        sitting.prepare().begin().finish()
        work_off()
        assert appeal_until(sitting.attempt) == clock.now() + timedelta(days=14)


class TestWindows:
    def test_p2_an_exam_is_begun_from_the_opening_on(
        self, program: Program, candidate: User, stopped_clock: StoppedClock
    ) -> None:
        settled(*WINDOW)
        granted(candidate, program)
        sitting = Sitting(candidate, "tiny").prepare()
        stopped_clock.at = OPENS - TICK
        with pytest.raises(WindowClosed, match="can be begun from 15 January 2030, 13:00 UTC on"):
            sitting.begin()
        stopped_clock.at = OPENS
        sitting.begin()
        assert sitting.attempt.started_at == OPENS

    def test_p2_it_is_not_begun_at_the_close_and_goes_on_when_it_was_begun_before(
        self, program: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
    ) -> None:
        settled(*WINDOW)
        for person in (candidate, stranger):
            granted(person, program)
        running, late = Sitting(candidate, "tiny").prepare(), Sitting(stranger, "tiny").prepare()
        stopped_clock.at = datetime(2030, 1, 20, 18, tzinfo=UTC) - TICK
        running.begin()
        stopped_clock.at += TICK
        with pytest.raises(WindowClosed, match="could be begun until 20 January 2030, 18:00 UTC"):
            late.begin()
        assert running.begin().attempt.started_at is not None
        running.submit("category1", b"score 5")

    def test_p2_nobody_registers_from_the_close_of_registration_on(
        self, program: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
    ) -> None:
        settled(*WINDOW)
        granted(candidate, program)
        stopped_clock.at = datetime(2030, 1, 16, tzinfo=UTC) - TICK
        Sitting(candidate, "tiny")
        stopped_clock.at += TICK
        with pytest.raises(WindowClosed, match="closed on 16 January 2030, 00:00 UTC"):
            Sitting(stranger, "tiny")
        assert Sitting(candidate, "tiny").attempt.ended_at is None

    def test_p2_a_window_that_is_moved_takes_nothing_from_who_registered(
        self, program: Program, candidate: User, stopped_clock: StoppedClock
    ) -> None:
        settled(*WINDOW)
        granted(candidate, program)
        sitting = Sitting(candidate, "tiny").prepare()
        settled("opens_at=2030-03-01 09:00", "closes_at=2030-03-02 09:00", "registration_closes_at=none")
        stopped_clock.at = OPENS + timedelta(days=6)
        with pytest.raises(WindowClosed, match="from 1 March 2030"):
            sitting.begin()
        stopped_clock.at = OPENS
        sitting.begin()

    @pytest.mark.parametrize(
        ("assignments", "said"),
        [
            (["opens_at=soon"], "opens_at: write a day and a time in UTC such as 2030-01-15 09:00"),
            (["opens_at=2030-01-15"], "opens_at: write a day and a time"),
            (["opens_at=2030-01-15 09:00:01"], "opens_at: write a day and a time"),
            (["opens_at=2030-01-15 09:00", "closes_at=2030-01-15 09:00"], "closes_at comes after opens_at"),
            (["closes_at=2030-01-15 09:00", "registration_closes_at=2030-01-15 09:01"], "not after closes_at"),
        ],
    )
    def test_p2_a_window_that_cannot_be_is_refused(self, assignments: list[str], said: str) -> None:
        with pytest.raises(PolicyRefused) as refused:
            amended(ProgramPolicy(), assignments)
        assert said in str(refused.value)

    @pytest.mark.parametrize(
        "typed", ["2030-01-15 13:00", "2030-01-15 13:00 UTC", "2030-01-15T13:00Z", "2030-01-15 22:00+09:00"]
    )
    def test_p2_an_instant_is_typed_in_several_ways_and_shown_in_one(self, typed: str) -> None:
        policy = amended(ProgramPolicy(), [f"opens_at={typed}"])
        assert (policy.opens_at, policy.settings["opens_at"]) == (OPENS, "2030-01-15 13:00 UTC")


@pytest.mark.usefixtures("program")
class TestLevels:
    def test_p9_programs_are_offered_from_the_first_level_to_the_last(self, make_bank: MakeBank) -> None:
        advanced = make_bank(visibility="private", id="advanced")
        advanced.calibrate()
        services.publish(advanced.folder, ExamKind.LIVE, "tests")
        assert [one.slug for one in open_programs()] == ["advanced", "tiny"]
        services.amend_policy(slug="advanced", assignments=["level_number=2"], actor="tests", now=clock.now())
        assert [one.slug for one in open_programs()] == ["tiny", "advanced"]

    def test_p9_a_level_requires_another_program_and_no_circle(self) -> None:
        now = clock.now()
        for slug in ("second", "third"):
            Program.objects.create(slug=slug, title=slug, kind="live", created_at=now)
        services.amend_policy(slug="second", assignments=["requires=tiny"], actor="tests", now=now)
        services.amend_policy(slug="third", assignments=["requires=second"], actor="tests", now=now)
        for named in ("tiny", "nothing"):
            with pytest.raises(PolicyRefused, match="requires: name another program"):
                settled(f"requires={named}")
        with pytest.raises(PolicyRefused, match="third requires this program itself"):
            settled("requires=third")
