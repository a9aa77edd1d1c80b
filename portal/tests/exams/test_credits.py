"""Time that is added to an attempt, to the second."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sit, Sitting, WorkOff

from guildmark.errors import AttemptClosed
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Credit, Decision, Upload
from guildmark_portal.exams.refusals import NothingToCredit
from guildmark_portal.jobs.models import Job

pytestmark = pytest.mark.django_db
EXAM_S, GRACE_S, CREDIT_S = 5 * 3600, 15 * 60, 600
MODEL = b"score 5 last"


def credit(sitting: Sitting, seconds: int = CREDIT_S) -> Credit:
    return services.grant_credit(attempt=sitting.attempt, seconds=seconds, reason="outage", actor="tests", now=clock.now())


def receive(upload: Upload, offset: int, chunk: bytes) -> services.Received:
    return services.receive_bytes(upload=upload, offset=offset, chunk=chunk, now=clock.now())


def seen(sitting: Sitting) -> tuple[Phase, float]:
    state = attempt_state(sitting.attempt, now=clock.now())
    return state.phase, state.time_left_s


def test_x10_a_credit_moves_the_deadline_and_the_decision(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    credit(running)
    stopped_clock.advance(EXAM_S + CREDIT_S - 1)
    work_off()
    assert (seen(running), Decision.objects.count()) == ((Phase.RUNNING, 1.0), 0)
    stopped_clock.advance(1)
    assert seen(running) == (Phase.DECIDED, 0.0)
    work_off()
    assert Decision.objects.get().decided_at == running.begun.deadline + timedelta(seconds=CREDIT_S)


def test_x10_a_credit_has_an_audit_entry_without_its_reason(running: Sitting) -> None:
    given = credit(running)
    entry = Entry.objects.get(action="attempt.credited")
    deadline = running.begun.deadline + timedelta(seconds=CREDIT_S)
    assert (entry.actor, entry.subject) == ("tests", f"attempt:{running.id}")
    assert entry.detail == {"credit": given.pk, "seconds": CREDIT_S, "deadline": deadline.isoformat()}


def test_x10_a_credit_before_the_start_is_there_when_the_clock_runs(sit: Sit, candidate: User, stopped_clock: object) -> None:
    sitting = sit(candidate)
    credit(sitting)
    sitting.prepare().begin()
    assert sitting.begun.deadline == clock.now() + timedelta(seconds=EXAM_S + CREDIT_S)


def test_x10_a_credit_while_a_report_is_out_is_decided_at_its_own_deadline(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, request: pytest.FixtureRequest
) -> None:
    running.submit("category1", b"score 5 x")
    stopped_clock.advance(EXAM_S + GRACE_S + 1)
    work_off()
    credit(running, 3600)
    assert seen(running) == (Phase.RUNNING, 3600.0 - GRACE_S - 1)
    request.getfixturevalue("grading_service")
    stopped_clock.advance(60)
    work_off()
    assert Decision.objects.count() == 0
    stopped_clock.advance(3600 - GRACE_S - 1 - 60)
    work_off()
    assert Decision.objects.get().decided_at == running.begun.deadline + timedelta(seconds=3600)
    assert not Job.objects.filter(kind="decide", finished_at=None, run_at__lte=clock.now()).exists()


def test_x10_a_credit_after_the_deadline_reopens_what_is_not_decided(running: Sitting, stopped_clock: StoppedClock) -> None:
    stopped_clock.advance(EXAM_S + CREDIT_S - 1)
    credit(running)
    assert seen(running) == (Phase.RUNNING, 1.0)
    running.open("category1", MODEL)


def test_x10_a_credit_after_the_decision_is_refused(running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff) -> None:
    stopped_clock.advance(EXAM_S)
    work_off()
    with pytest.raises(NothingToCredit) as refused:
        credit(running)
    assert "sit again" in refused.value.next_step
    assert (Credit.objects.count(), Entry.objects.filter(action="attempt.credited").count()) == (0, 0)


def test_x10_a_row_that_came_after_the_decision_opens_nothing(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S)
    work_off()
    Credit.objects.create(attempt=running.attempt, seconds=CREDIT_S, reason="outage", granted_at=clock.now())
    assert seen(running) == (Phase.DECIDED, 0.0)
    with pytest.raises(AttemptClosed):
        running.open("category1", MODEL)


def test_x10_who_finished_gets_no_credit(running: Sitting) -> None:
    running.submit("category1", MODEL)
    running.finish()
    with pytest.raises(NothingToCredit):
        credit(running)


@pytest.mark.parametrize(("seconds", "reason"), [(0, "outage"), (60, "")])
def test_x10_a_credit_of_no_time_or_for_no_reason_is_none(running: Sitting, seconds: int, reason: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        services.grant_credit(attempt=running.attempt, seconds=seconds, reason=reason, actor="tests", now=clock.now())


@pytest.mark.parametrize(("after_s", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_s8_a_credit_while_an_upload_runs_moves_its_last_byte(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, *, after_s: int, is_taken: bool
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    upload = running.open("category3", MODEL)
    stopped_clock.advance(1)
    assert receive(upload, 0, MODEL[:4]).offset == 4
    stopped_clock.advance(GRACE_S)
    credit(running)
    stopped_clock.advance(1)
    work_off()
    assert receive(upload, 4, MODEL[4:6]).offset == 6
    stopped_clock.advance(CREDIT_S - 1 + after_s)
    work_off()
    if is_taken:
        assert receive(upload, 6, MODEL[6:]).submission.received_at == clock.now()
    else:
        with pytest.raises(AttemptClosed):
            receive(upload, 6, MODEL[6:])
        assert Decision.objects.get().decided_at == running.begun.deadline + timedelta(seconds=CREDIT_S)


@pytest.mark.parametrize(("after_s", "is_opened"), [(-1, True), (0, False)])
def test_s8_a_credit_moves_the_last_opening(
    running: Sitting, stopped_clock: StoppedClock, *, after_s: int, is_opened: bool
) -> None:
    credit(running)
    stopped_clock.advance(EXAM_S + CREDIT_S + after_s)
    if is_opened:
        assert running.open("category1", MODEL).opened_at == clock.now()
    else:
        with pytest.raises(AttemptClosed):
            running.open("category1", MODEL)
