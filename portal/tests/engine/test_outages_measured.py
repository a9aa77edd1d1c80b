"""Outages that the portal finds by itself: its own absence, and grading that stands still (rule X10)."""

from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import Browser, GradingService, Sit, Sitting, WorkOff

from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine import outages
from guildmark_portal.engine.crediting import credit_all
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams.models import Beat, Credit, Decision, Outage
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue

pytestmark = pytest.mark.django_db
EXAM_S, GRACE_S = 5 * 3600, 15 * 60


def look() -> Outage | None:
    return outages.look(now=clock.now())


def watched(held: StoppedClock, seconds: int) -> None:
    """So many seconds in which the portal is at work."""
    for step in [30] * (seconds // 30) + [seconds % 30]:
        held.advance(step)
        look()


def start() -> None:
    """What `serve` does before its first job and its first request."""
    if (noted := look()) is not None:
        credit_all(noted)


def seen(sitting: Sitting) -> tuple[Phase, float]:
    state = attempt_state(sitting.attempt, now=clock.now())
    return state.phase, state.time_left_s


def span(outage: Outage) -> tuple[datetime, datetime | None]:
    return outage.began_at, outage.ended_at


@pytest.mark.parametrize(("gap_s", "seconds"), [(60, 0), (61, 61), (3600, 3600)])
def test_x10_a_gap_of_60_seconds_is_none_and_of_61_is_given_back(
    running: Sitting,
    stopped_clock: StoppedClock,
    mailoutbox: list[EmailMessage],
    work_off: WorkOff,
    *,
    gap_s: int,
    seconds: int,
) -> None:
    start()
    last = clock.now()
    stopped_clock.advance(gap_s)
    start()
    assert seen(running) == (Phase.RUNNING, EXAM_S - gap_s + seconds)
    assert [(one.kind, *span(one)) for one in Outage.objects.all()] == ([("portal", last, clock.now())] if seconds else [])
    work_off()
    assert Credit.objects.count() == len(mailoutbox) == Entry.objects.filter(action="attempt.credited").count() == bool(seconds)
    assert Beat.objects.get().at == clock.now()


def test_x10_the_letter_of_a_gap_says_what_failed(
    running: Sitting, stopped_clock: StoppedClock, mailoutbox: list[EmailMessage], work_off: WorkOff
) -> None:
    start()
    stopped_clock.advance(90)
    start()
    work_off()
    (letter,) = mailoutbox
    assert letter.subject == "You have more time: Tiny exam"
    assert "something of ours failed while you sat Tiny exam. The time is given back: 1 min 30 s." in letter.body
    assert "The exam portal could not be reached." in letter.body
    assert "Your exam now ends: 15 January 2030, 17:01 UTC" in letter.body


def test_x10_a_gap_over_the_deadline_is_credited_before_anything_is_decided(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S - 30)
    start()
    stopped_clock.advance(3600)
    start()
    assert seen(running) == (Phase.RUNNING, 30.0)
    work_off()
    assert Decision.objects.count() == 0
    stopped_clock.advance(5)
    look()
    stopped_clock.advance(25)
    work_off()
    assert Decision.objects.get().decided_at == running.begun.deadline + timedelta(seconds=3600)


def test_x10_a_host_that_slept_decides_nothing_before_the_watch_has_looked(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    start()
    stopped_clock.advance(EXAM_S)
    work_off()
    assert Decision.objects.count() == 0
    look()
    work_off()
    assert (Decision.objects.count(), seen(running)) == (0, (Phase.RUNNING, float(EXAM_S)))


def test_x10_a_clock_that_was_set_back_is_no_outage(running: Sitting, stopped_clock: StoppedClock) -> None:
    start()
    stopped_clock.advance(-3600)
    start()
    assert (Outage.objects.count(), Beat.objects.get().at) == (0, clock.now())


def test_x10_grading_that_stands_still_for_61_seconds_stops_the_time_until_it_goes_on(
    running: Sitting,
    sit: Sit,
    stranger: User,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    mailoutbox: list[EmailMessage],
    request: pytest.FixtureRequest,
) -> None:
    other = sit(stranger).prepare().begin()
    look()
    watched(stopped_clock, 100)
    since = clock.now()
    running.submit("category1", b"score 5 waits")
    work_off()
    watched(stopped_clock, 60)
    assert (Outage.objects.count(), seen(other)) == (0, (Phase.RUNNING, EXAM_S - 160.0))
    stopped_clock.advance(1)
    look()
    outage = Outage.objects.get()
    assert (outage.kind, span(outage), outage.noticed_at) == ("grading", (since, None), clock.now())
    for _ in range(3):
        stopped_clock.advance(20)
        look()
        assert [seen(one) for one in (running, other)] == [(Phase.RUNNING, EXAM_S - 100.0)] * 2
    assert attempt_state(other.attempt, now=clock.now()).deadline == clock.now() + timedelta(seconds=EXAM_S - 100)
    request.getfixturevalue("grading_service")
    stopped_clock.advance(30)
    work_off()
    look()
    assert span(Outage.objects.get()) == (since, clock.now())
    work_off()
    assert [seen(one) for one in (running, other)] == [(Phase.RUNNING, EXAM_S - 100.0)] * 2
    assert [credit.seconds for credit in Credit.objects.all()] == [151, 151]
    assert sorted(letter.to[0] for letter in mailoutbox) == ["candidate@example.org", "stranger@example.org"]
    assert all("Submissions could not be graded." in letter.body for letter in mailoutbox)
    assert [entry.action for entry in Entry.objects.filter(action__startswith="outage.").order_by("pk")] == [
        "outage.began",
        "outage.ended",
    ]
    stopped_clock.advance(10)
    look()
    assert seen(other) == (Phase.RUNNING, EXAM_S - 110.0)


def test_x10_a_deadline_before_the_outage_is_known_is_held_and_then_moves(
    running: Sitting, sit: Sit, stranger: User, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    """The stranger's file waits since 10 s before the candidate's deadline, of whom nothing waits at all."""
    stopped_clock.advance(EXAM_S - 10)
    other = sit(stranger).prepare().begin()
    look()
    other.submit("category1", b"score 5 waits")
    work_off()
    watched(stopped_clock, 10)
    work_off()
    assert (seen(running), Decision.objects.count()) == ((Phase.GRADING, 0.0), 0)
    watched(stopped_clock, 51)
    work_off()
    assert (seen(running), Decision.objects.count()) == ((Phase.RUNNING, 10.0), 0)


def test_x10_who_was_held_is_decided_when_grading_goes_on(
    running: Sitting,
    sit: Sit,
    stranger: User,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    request: pytest.FixtureRequest,
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    other = sit(stranger).prepare().begin()
    other.submit("category1", b"score 5 waits")
    work_off()
    stopped_clock.advance(1)
    work_off()
    request.getfixturevalue("grading_service")
    stopped_clock.advance(5)
    look()
    work_off()
    assert (Outage.objects.count(), Decision.objects.get().decided_at) == (0, running.begun.deadline)


def test_x10_an_outage_in_the_grace_extends_the_grace_alone(
    running: Sitting,
    sit: Sit,
    stranger: User,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    browser: Browser,
    request: pytest.FixtureRequest,
) -> None:
    stopped_clock.advance(EXAM_S - 5)
    running.open("category2", b"score 5 is on its way")
    stopped_clock.advance(5)
    other = sit(stranger).prepare().begin()
    stopped_clock.advance(1)
    other.submit("category1", b"score 5 waits")
    work_off()
    look()
    watched(stopped_clock, GRACE_S + 61)
    work_off()
    assert (Outage.objects.get().ended_at, seen(running)) == (None, (Phase.GRADING, 0.0))
    page = browser(running.user).get(f"/exam/{running.id}/").content.decode()
    assert "Our grading does not work right now, so this takes longer; nothing is lost." in page
    request.getfixturevalue("grading_service")
    stopped_clock.advance(2)
    work_off()
    look()
    work_off()
    given = Credit.objects.get(attempt=running.id)
    assert (given.extends, given.seconds, Decision.objects.count()) == ("grace", GRACE_S + 63, 0)
    watched(stopped_clock, GRACE_S)
    work_off()
    assert Decision.objects.get(attempt=running.id).decided_at == running.begun.deadline


def test_x10_a_queue_that_moves_is_no_outage(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, grading_service: GradingService
) -> None:
    running.submit("category1", b"score 5 is graded")
    work_off()
    stopped_clock.advance(1)
    running.submit("category2", b"score 5 is being graded")
    Job.objects.filter(kind="grade", finished_at=None).update(claim="somebody", leased_until=clock.now() + timedelta(hours=1))
    look()
    watched(stopped_clock, 360)
    assert Outage.objects.count() == 0
    watched(stopped_clock, 1)
    assert Outage.objects.get().kind == "grading"


def test_x10_a_file_that_alone_brings_the_grader_down_stops_nobodys_time(
    running: Sitting,
    sit: Sit,
    stranger: User,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    grading_service: GradingService,
) -> None:
    other = sit(stranger).prepare().begin()
    grading_service.hang_up = True
    running.submit("category1", b"score 5 kills")
    work_off()
    grading_service.hang_up = False
    stopped_clock.advance(0.5)
    other.submit("category1", b"score 4 is graded")
    work_off()
    stopped_clock.advance(0.25)
    Job.objects.filter(kind="grade", finished_at=None).update(run_at=clock.now() + timedelta(hours=1))
    stopped_clock.advance(600)
    look()
    assert Outage.objects.count() == 0


def test_x10_what_waits_behind_its_own_others_or_beyond_its_share_is_no_outage(
    running: Sitting, stopped_clock: StoppedClock
) -> None:
    running.submit("category1", b"score 5 waits")
    Job.objects.filter(kind="grade").update(priority=-1)
    stopped_clock.advance(3600)
    look()
    assert Outage.objects.count() == 0


def test_x10_a_portal_that_dies_while_grading_stands_still_gives_the_time_back_once(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, request: pytest.FixtureRequest
) -> None:
    look()
    running.submit("category1", b"score 5 waits")
    work_off()
    watched(stopped_clock, 61)
    stopped_clock.advance(300)
    start()
    assert [one.kind for one in Outage.objects.order_by("kind")] == ["grading", "portal"]
    assert seen(running) == (Phase.RUNNING, float(EXAM_S))
    stopped_clock.advance(30)
    look()
    assert seen(running) == (Phase.RUNNING, float(EXAM_S))
    request.getfixturevalue("grading_service")
    work_off()
    look()
    work_off()
    assert (seen(running), sum(credit.seconds for credit in Credit.objects.all())) == ((Phase.RUNNING, float(EXAM_S)), 391)


def test_x10_who_begins_while_grading_stands_still_has_the_whole_time(
    running: Sitting, sit: Sit, stranger: User, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    running.submit("category1", b"score 5 waits")
    work_off()
    stopped_clock.advance(61)
    look()
    late = sit(stranger).prepare().begin()
    stopped_clock.advance(100)
    assert seen(late) == (Phase.RUNNING, float(EXAM_S))


def test_the_file_of_a_deleted_account_is_no_grading_that_fails(stopped_clock: StoppedClock, work_off: WorkOff) -> None:
    enqueue(kind="grade", key="gone", payload={"submission": "5f1c2a34-0000-4000-8000-000000000001"})
    work_off()
    assert Job.objects.get(key="gone").finished_at == clock.now()


def test_x10_owners_hear_once_that_grading_stands_still_and_once_that_it_goes_on(
    running: Sitting,
    stopped_clock: StoppedClock,
    work_off: WorkOff,
    mailoutbox: list[EmailMessage],
    request: pytest.FixtureRequest,
) -> None:
    owner = person_with("owner")
    look()
    running.submit("category1", b"score 5 waits")
    for _ in range(4):
        watched(stopped_clock, 61)
        work_off()
    subject = "Nothing is graded: the time of every exam stands still"
    assert [(one.to, one.subject) for one in mailoutbox] == [([owner.email], subject)]
    assert "submissions wait since 15 January 2030, 12:00 UTC" in mailoutbox[0].body
    request.getfixturevalue("grading_service")
    for _ in range(3):
        watched(stopped_clock, 30)
        work_off()
    told = [one for one in mailoutbox if one.to == [owner.email]]
    assert [one.subject for one in told] == [subject, "Grading goes on"]
    assert "from 15 January 2030, 12:00 UTC to 15 January 2030, 12:0" in told[1].body
