"""Pilots: who sits them, at what cost, and what comes of it (rule P2)."""

import pytest
from allauth.account.models import EmailAddress
from portal.tests.conftest import StoppedClock

from guildmark.client.wording import terms
from guildmark.rules.exam_stage import Stage
from guildmark_portal import clock
from guildmark_portal.accounts import personal_data
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import pilots, queries, services, stages
from guildmark_portal.exams.models import Attempt, Entitlement, ExamVersion, PilotInvitation, Program
from guildmark_portal.exams.refusals import EntitlementOver, NotInvitable, RetakeTooEarly
from guildmark_portal.exams.retakes import failures
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail.services import KIND

from .conftest import MakeBank, Sitting, WorkOff
from .paid_exam import granted, published, settled

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def program(make_bank: MakeBank, db: None) -> Program:
    return published(make_bank(visibility="private"))


@pytest.fixture
def pilot(program: Program, make_bank: MakeBank) -> ExamVersion:
    """The second version of a live program, in its pilot."""
    bank = make_bank(visibility="private", version="2030.2", pass_mark=50)
    bank.calibrate()
    return services.publish(bank.folder, program.exam_kind, "tests", to=Stage.PILOT)


def invite(version: ExamVersion, *emails: str) -> tuple[PilotInvitation, ...]:
    return pilots.invite(version=version, emails=emails, actor="tests", now=clock.now())


def retire(version: ExamVersion, to: Stage = Stage.RETIRED) -> None:
    stages.step(version=version, to=to, actor="tests", reason="Enough.", now=clock.now())


def lacking(version: ExamVersion) -> int:
    """How many decided sittings its pilot lacks."""
    fresh = ExamVersion.objects.get(pk=version.pk)
    return sum(int(need.text.split()[3]) for need in stages.missing(fresh, Stage.LIVE))


def sat(user: User, work_off: WorkOff, *, score: int) -> Attempt:
    sitting = Sitting(user, "tiny").prepare().begin()
    for number in (1, 2, 3):
        sitting.submit(f"category{number}", f"score {score} {number} {user.pk}".encode())
    work_off()
    sitting.finish()
    work_off()
    return sitting.attempt


def test_p2_only_the_invited_sit_a_pilot(pilot: ExamVersion, candidate: User, stranger: User) -> None:
    invite(pilot, candidate.email.upper())
    granted(stranger, pilot.program)
    theirs, others = Sitting(candidate, "tiny").attempt, Sitting(stranger, "tiny").attempt
    assert (theirs.exam_version, theirs.is_pilot) == (pilot, True)
    assert (others.exam_version.version, others.is_pilot) == ("2030.1", False)


def test_p2_an_address_that_is_not_proved_invites_nobody(pilot: ExamVersion, candidate: User) -> None:
    EmailAddress.objects.create(user=candidate, email="other@example.org", verified=False)
    invite(pilot, "other@example.org")
    assert pilots.invitation_of(user=candidate, program=pilot.program) is None


def test_p2_a_pilot_costs_nothing_and_leaves_paid_rights_alone(pilot: ExamVersion, candidate: User) -> None:
    paid = granted(candidate, pilot.program)
    invite(pilot, candidate.email)
    attempt = Sitting(candidate, "tiny").prepare().begin().attempt
    paid.refresh_from_db()
    assert (attempt.entitlement.source, paid.spent_at) == ("pilot", None)


@pytest.mark.usefixtures("grading_service")
def test_p2_an_invitation_is_worth_one_sitting(pilot: ExamVersion, candidate: User, work_off: WorkOff) -> None:
    invite(pilot, candidate.email)
    assert sat(candidate, work_off, score=5).is_pilot
    granted(candidate, pilot.program)
    assert not Sitting(candidate, "tiny").attempt.is_pilot
    assert Entitlement.objects.filter(source="pilot").count() == 1


def test_p2_the_right_of_a_pilot_opens_nothing_else(pilot: ExamVersion, candidate: User, staff: User) -> None:
    from guildmark_portal.exams.entitling import transfer, usable

    invite(pilot, candidate.email)
    opened = Sitting(candidate, "tiny").prepare()
    moved = transfer(entitlement=opened.attempt.entitlement, to=staff, actor="tests", now=clock.now())
    assert (moved.user, usable(user=staff, program=pilot.program, now=clock.now())) == (staff, None)
    granted(candidate, pilot.program)
    for act in (opened.begin, lambda: Sitting(candidate, "tiny")):
        with pytest.raises(EntitlementOver):
            act()


def test_p2_who_was_not_asked_any_more_sits_what_is_live(pilot: ExamVersion, candidate: User) -> None:
    (invitation,) = invite(pilot, candidate.email)
    assert [pilots.withdraw(invitation=invitation, actor="tests", now=clock.now()) for _ in range(2)] == [True, False]
    granted(candidate, pilot.program)
    assert not Sitting(candidate, "tiny").attempt.is_pilot


@pytest.mark.parametrize("to", [Stage.PROVEN, Stage.RETIRED, Stage.LIVE])
def test_p2_a_pilot_that_ends_takes_no_new_attempt_and_leaves_those_that_began(
    pilot: ExamVersion, candidate: User, stranger: User, to: Stage
) -> None:
    invite(pilot, candidate.email, stranger.email)
    opened = Sitting(candidate, "tiny").prepare()
    retire(pilot, to)
    assert pilots.invitation_of(user=stranger, program=pilot.program) is None
    assert (opened.begin().attempt.exam_version, opened.attempt.is_pilot) == (pilot, True)
    kept = [] if to is not Stage.PROVEN else [stranger.email]
    assert sorted(PilotInvitation.objects.values_list("email", flat=True)) == sorted([candidate.email, *kept])


@pytest.mark.usefixtures("grading_service")
class TestWhatComesOfIt:
    def test_p2_a_pilot_certifies_nothing_unless_that_is_settled(
        self, pilot: ExamVersion, candidate: User, stranger: User, work_off: WorkOff
    ) -> None:
        invite(pilot, candidate.email, stranger.email)
        assert sat(candidate, work_off, score=5).decision.passed
        assert not Certificate.objects.exists()
        settled("pilot_certifies=on")
        passed = sat(stranger, work_off, score=5)
        assert Certificate.objects.get().attempt == passed

    def test_p2_it_certifies_as_was_settled_when_it_was_opened(
        self, pilot: ExamVersion, candidate: User, work_off: WorkOff
    ) -> None:
        invite(pilot, candidate.email)
        Sitting(candidate, "tiny")
        settled("pilot_certifies=on")
        sat(candidate, work_off, score=5)
        assert not Certificate.objects.exists()

    def test_g8_a_pilot_that_is_not_passed_makes_nobody_wait(
        self, pilot: ExamVersion, candidate: User, work_off: WorkOff
    ) -> None:
        invite(pilot, candidate.email)
        sat(candidate, work_off, score=0)
        assert failures(user=candidate, program=pilot.program, now=clock.now()) == ()
        granted(candidate, pilot.program)
        assert not Sitting(candidate, "tiny").attempt.is_pilot

    def test_g8_one_that_certifies_makes_wait_like_any_other(
        self, pilot: ExamVersion, candidate: User, work_off: WorkOff
    ) -> None:
        settled("pilot_certifies=on")
        invite(pilot, candidate.email)
        sat(candidate, work_off, score=0)
        granted(candidate, pilot.program)
        with pytest.raises(RetakeTooEarly):
            Sitting(candidate, "tiny")

    def test_p2_so_many_decided_sittings_let_it_go_live(
        self, pilot: ExamVersion, candidate: User, stranger: User, work_off: WorkOff
    ) -> None:
        settled("pilot_sittings=2")
        invite(pilot, candidate.email, stranger.email)
        lacks = list[int]()
        for person in (candidate, stranger):
            lacks.append(lacking(pilot))
            sat(person, work_off, score=1)
        assert [*lacks, lacking(pilot)] == [2, 1, 0]
        retire(pilot, Stage.LIVE)
        assert queries.current_version(pilot.program) == pilot


def test_p2_what_is_no_address_and_what_is_retired_invites_nobody(pilot: ExamVersion) -> None:
    with pytest.raises(NotInvitable, match=r"No mail address: nobody, =cmd\(\)"):
        invite(pilot, "somebody@example.org", "nobody", "=cmd()")
    assert not PilotInvitation.objects.exists()
    retire(pilot)
    with pytest.raises(NotInvitable, match=r"2030\.2 has no pilot any more"):
        invite(pilot, "somebody@example.org")


def test_p2_inviting_twice_invites_once(pilot: ExamVersion) -> None:
    first = invite(pilot, "somebody@example.org", "Somebody@Example.org ")
    assert invite(pilot, "somebody@example.org") == first
    assert PilotInvitation.objects.count() == 1


def test_p2_invitations_are_in_the_export_and_go_with_the_account(
    pilot: ExamVersion, candidate: User, stopped_clock: StoppedClock
) -> None:
    invite(pilot, candidate.email, "somebody@example.org")
    part = next(part for part in personal_data.parts() if part.name == "exams")
    told = dict(part.export(candidate))["invitations_to_pilots"][0]
    assert (told["email"], told["exam_version__version"]) == (candidate.email, "2030.2")
    part.erase(candidate)
    assert list(PilotInvitation.objects.values_list("email", flat=True)) == ["somebody@example.org"]


def letters_about(pilot: ExamVersion) -> list[str]:
    keys = {f"pilot:{invitation.pk}" for invitation in pilot.invitations.all()}
    return [job.payload["to"] for job in Job.objects.filter(kind=KIND, key__in=keys).order_by("pk")]


def test_p2_who_is_invited_gets_a_letter_when_the_pilot_can_be_sat(
    program: Program, make_bank: MakeBank, stranger: User
) -> None:
    bank = make_bank(visibility="private", version="2030.2", pass_mark=50)
    bank.calibrate()
    version = services.publish(bank.folder, program.exam_kind, "tests", to=Stage.DRAFT)
    retire(version, Stage.PROVEN)
    gone, _stays = invite(version, "gone@example.org", stranger.email)
    pilots.withdraw(invitation=gone, actor="tests", now=clock.now())
    assert letters_about(version) == []
    retire(version, Stage.PILOT)
    invite(version, stranger.email, "new@example.org")
    assert letters_about(version) == [stranger.email, "new@example.org"]


def test_p2_a_pilot_that_begins_again_writes_to_nobody_twice(pilot: ExamVersion, candidate: User) -> None:
    invite(pilot, candidate.email)
    retire(pilot, Stage.PROVEN)
    Job.objects.filter(kind=KIND).update(finished_at=clock.now())
    retire(pilot, Stage.PILOT)
    assert letters_about(pilot) == [candidate.email]


@pytest.mark.parametrize(("certifies", "said"), [("on", "A pass earns a certificate"), ("off", "It earns no certificate")])
def test_p2_the_letter_says_what_comes_of_a_pilot(pilot: ExamVersion, certifies: str, said: str) -> None:
    settled(f"pilot_certifies={certifies}")
    invite(ExamVersion.objects.get(pk=pilot.pk), "new@example.org")
    body = Job.objects.get(kind=KIND, payload__to="new@example.org").payload["body"]
    assert said in body
    assert "Create an account with this address, new@example.org" in body


def test_p2_an_attempt_of_a_pilot_says_so_in_every_tool(pilot: ExamVersion, candidate: User) -> None:
    invite(pilot, candidate.email)
    state = attempt_state(Sitting(candidate, "tiny").attempt, now=clock.now())
    assert (state.is_pilot, state.certifies) == (True, False)
    assert "This is a pilot: it tries a version of the exam before it goes live." in [*terms(state)]
