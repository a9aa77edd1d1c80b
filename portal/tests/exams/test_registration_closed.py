"""After the close of registration: who holds a right sits, nobody gets another one, and a pilot lifts nothing (rule P2)."""

from datetime import UTC, datetime, timedelta

import pytest
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock
from portal.tests.operations.conftest import text

from guildmark.errors import Refused
from guildmark.rules.exam_stage import Stage
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import pilots, services, stages
from guildmark_portal.exams.conditions import refusal_of, require_conditions
from guildmark_portal.exams.models import ExamVersion, Program
from guildmark_portal.exams.refusals import ProgramNotOpen, WindowClosed

from .conftest import MakeBank, Sitting
from .paid_exam import granted, published, settled

pytestmark = pytest.mark.usefixtures("stopped_clock")
REGISTRATION_CLOSES = datetime(2030, 1, 16, tzinfo=UTC)
CLOSES = datetime(2030, 1, 20, 18, tzinfo=UTC)


@pytest.fixture
def program(make_bank: MakeBank, db: None) -> Program:
    published(make_bank(visibility="private"))
    return settled("closes_at=2030-01-20 18:00", "registration_closes_at=2030-01-16 00:00")


@pytest.fixture
def pilot(program: Program, make_bank: MakeBank, candidate: User) -> ExamVersion:
    """The second version in its pilot, to which the candidate is invited."""
    bank = make_bank(visibility="private", version="2030.2")
    bank.calibrate()
    version = services.publish(bank.folder, program.exam_kind, "tests", to=Stage.PILOT)
    pilots.invite(version=version, emails=[candidate.email], actor="tests", now=clock.now())
    return version


def getting(user: User, program: Program) -> Refused | None:
    """What speaks against buying, redeeming and accepting."""
    try:
        require_conditions(user=user, program=program, now=clock.now())
    except Refused as refused:
        return refused
    return None


def test_p2_whoever_holds_a_right_registers_and_begins_after_the_close_of_registration(
    program: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    granted(candidate, program)
    stopped_clock.at = REGISTRATION_CLOSES
    assert Sitting(candidate, "tiny").prepare().begin().attempt.started_at is not None
    with pytest.raises(WindowClosed, match="closed on 16 January 2030, 00:00 UTC"):
        Sitting(stranger, "tiny")


def test_p2_a_right_that_waits_at_a_proved_address_counts_as_held(
    program: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    right = granted("candidate@elsewhere.example.org", program)
    candidate.emailaddress_set.create(email="candidate@elsewhere.example.org", verified=True)
    stopped_clock.at = REGISTRATION_CLOSES
    assert Sitting(candidate, "tiny").attempt.entitlement == right


def test_p2_nobody_gets_a_second_right_after_the_close_of_registration(
    program: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    granted(candidate, program)
    stopped_clock.at = REGISTRATION_CLOSES
    assert isinstance(getting(candidate, program), WindowClosed)


def test_p2_a_right_opens_nothing_that_could_not_be_begun(
    program: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    granted(candidate, program)
    stopped_clock.at = CLOSES - timedelta(seconds=1)
    assert refusal_of(user=candidate, program=program, now=clock.now()) is None
    stopped_clock.at = CLOSES
    with pytest.raises(WindowClosed, match="could be begun until 20 January 2030, 18:00 UTC"):
        Sitting(candidate, "tiny")


def test_p2_pages_let_whoever_holds_a_right_register_after_the_close(
    program: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    granted(candidate, program)
    stopped_clock.at = REGISTRATION_CLOSES
    for page in ("/", "/exam/"):
        mine, theirs = (text(signed_in(person).get(page)) for person in (candidate, stranger))
        assert [("Register for the exam" in said, "Registration for this exam closed" in said) for said in (mine, theirs)] == [
            (True, False),
            (False, True),
        ]


def test_p2_an_invitation_to_a_pilot_lifts_the_close_of_registration_for_the_pilot_alone(
    pilot: ExamVersion, candidate: User, stopped_clock: StoppedClock
) -> None:
    stopped_clock.at = REGISTRATION_CLOSES
    assert isinstance(getting(candidate, pilot.program), WindowClosed)
    assert Sitting(candidate, "tiny").attempt.is_pilot


def test_p2_whoever_is_invited_to_a_pilot_buys_nothing_that_is_not_live(pilot: ExamVersion, candidate: User) -> None:
    live = pilot.program.versions.get(version="2030.1")
    stages.step(version=live, to=Stage.RETIRED, actor="tests", reason="A task is broken.", now=clock.now())
    assert isinstance(getting(candidate, pilot.program), ProgramNotOpen)
    assert Sitting(candidate, "tiny").attempt.is_pilot
