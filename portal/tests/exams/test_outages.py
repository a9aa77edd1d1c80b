"""Outages of ours, given back to every attempt that they touched, to the second."""

from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sit, Sitting, WorkOff
from portal.tests.platform.written_afresh import write_afresh

from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Credit, Decision, Outage
from guildmark_portal.exams.outages import credit_outage, decided_by_then
from guildmark_portal.exams.refusals import NoOutage
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue

pytestmark = pytest.mark.django_db
EXAM_S = 5 * 3600


def declare(began: datetime, ended: datetime, reason: str = "The network of the house failed.") -> Outage:
    return services.declare_outage(began_at=began, ended_at=ended, reason=reason, actor="tests", now=clock.now())


def after(sitting: Sitting, seconds: float) -> datetime:
    """So many seconds after the start of the attempt."""
    return sitting.begun.started_at + timedelta(seconds=seconds)


def left(sitting: Sitting) -> float:
    return attempt_state(sitting.attempt, now=clock.now()).time_left_s


def test_x10_every_attempt_that_an_outage_touched_gets_its_time_back(
    sit: Sit, candidate: User, stranger: User, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    whole = sit(candidate).prepare().begin()
    stopped_clock.advance(600)
    partly = sit(stranger).prepare().begin()
    stopped_clock.advance(600)
    declare(after(whole, 300), after(whole, 900))
    assert (left(whole), left(partly)) == (EXAM_S - 1200, EXAM_S - 600)
    work_off()
    assert (left(whole), left(partly)) == (EXAM_S - 1200 + 600, EXAM_S - 600 + 300)


def test_x10_the_letter_says_how_long_why_and_until_when(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    stopped_clock.advance(1000)
    outage = declare(after(running, 100), after(running, 190.5))
    work_off()
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == (["candidate@example.org"], "You have more time: Tiny exam")
    assert "1 min 31 s. You need do nothing." in letter.body
    assert "The network of the house failed." in letter.body
    assert "Your exam now ends: 15 January 2030, 17:01 UTC" in letter.body
    write_afresh("candidate@example.org", to="new@example.org")
    assert (mailoutbox[1].to, mailoutbox[1].body) == (["new@example.org"], letter.body)
    declared, credited = Entry.objects.get(action="outage.declared"), Entry.objects.get(action="attempt.credited")
    assert (declared.subject, declared.detail["decided"]) == (f"outage:{outage.pk}", 0)
    assert (credited.actor, credited.detail["seconds"]) == ("system", 91)


def test_x10_an_outage_is_credited_once_however_often_the_job_runs(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    stopped_clock.advance(1000)
    outage = declare(after(running, 100), after(running, 200))
    for _ in range(3):
        work_off()
        enqueue(kind="credit_outage", key=str(outage.pk), payload={"outage": outage.pk})
    assert (Credit.objects.get().seconds, len(mailoutbox)) == (100, 1)


def test_x10_two_outages_at_once_give_their_time_back_once(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(1000)
    for began, ended in ((100, 400), (300, 500), (150, 450)):
        declare(after(running, began), after(running, ended))
        work_off()
    assert sorted(Credit.objects.values_list("seconds", flat=True)) == [100, 300]


@pytest.mark.parametrize(("began_s", "seconds"), [(EXAM_S - 1, 61), (EXAM_S, 0)])
def test_x10_an_outage_over_the_deadline_reopens_what_is_not_decided(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, *, began_s: int, seconds: int
) -> None:
    """The portal was down over the deadline, and the outage is declared before anything is decided."""
    stopped_clock.advance(EXAM_S + 60)
    outage = declare(after(running, began_s), after(running, EXAM_S + 60))
    given = credit_outage(outage=outage, attempt=running.attempt, now=clock.now())
    assert (0 if given is None else given.seconds) == seconds
    assert left(running) == (1 if seconds else 0)
    work_off()
    assert Decision.objects.count() == (0 if seconds else 1)


def test_x10_who_was_decided_before_is_named_and_gets_no_credit(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S)
    work_off()
    stopped_clock.advance(60)
    outage = declare(after(running, EXAM_S - 100), clock.now())
    work_off()
    assert list(decided_by_then(outage)) == [running.attempt]
    assert Entry.objects.get(action="outage.declared").detail["decided"] == 1
    assert (Credit.objects.count(), attempt_state(running.attempt, now=clock.now()).phase) == (0, Phase.DECIDED)


def test_x10_who_finished_or_began_later_gets_no_credit(
    running: Sitting, sit: Sit, stranger: User, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    running.submit("category1", b"score 5 waits")
    stopped_clock.advance(200)
    running.finish()
    sit(stranger).prepare().begin()
    declare(after(running, 100), after(running, 200))
    work_off()
    assert Credit.objects.count() == 0


@pytest.mark.parametrize(("began", "ended", "reason"), [(0, 0, "x"), (60, 0, "x"), (0, 121, "x"), (0, 60, " ")])
def test_what_is_no_outage_is_refused(
    running: Sitting, stopped_clock: StoppedClock, began: int, ended: int, reason: str
) -> None:
    stopped_clock.advance(120)
    with pytest.raises(NoOutage):
        declare(after(running, began), after(running, ended), reason)
    assert (Outage.objects.count(), Job.objects.filter(kind="credit_outage").count()) == (0, 0)


def test_an_account_is_deleted_and_the_outage_stays(running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff) -> None:
    stopped_clock.advance(1000)
    declare(after(running, 100), after(running, 200))
    work_off()
    running.finish()
    work_off()
    deletion.delete(user=running.user)
    assert (Credit.objects.count(), Outage.objects.count()) == (0, 1)
