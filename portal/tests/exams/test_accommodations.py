"""Extra time and breaks: granted to a person, applied when a clock starts, and never a pause (rule S3)."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Browser, Sit, Sitting, WorkOff

from guildmark.errors import AttemptClosed
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import personal_data, services
from guildmark_portal.exams.models import Accommodation, Credit, Program
from guildmark_portal.exams.refusals import AccommodationRefused, NoBreakLeft

pytestmark = pytest.mark.django_db
EXAM_S, QUARTER_S, BREAK_S = 5 * 3600, 5 * 3600 // 4, 15 * 60
Grant = Callable[..., Accommodation]


@pytest.fixture
def grant(candidate: User, stopped_clock: StoppedClock) -> Grant:
    def given(**changes: Any) -> Accommodation:
        what = {"user": candidate, "program": None, "percent": 25, "breaks": 2, "break_minutes": 15, "ends_on": None}
        return services.accommodate(**{**what, "actor": "tests", "now": clock.now(), **changes})

    return given


def left(sitting: Sitting) -> float:
    return attempt_state(sitting.attempt, now=clock.now()).time_left_s


def take(sitting: Sitting) -> Credit:
    return services.take_break(attempt=sitting.attempt, now=clock.now())


def test_s3_extra_time_is_there_when_the_clock_starts(
    sit: Sit, candidate: User, stranger: User, grant: Grant, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    grant()
    mine, theirs = sit(candidate).prepare().begin(), sit(stranger).prepare().begin()
    assert [(left(one), one.begun.deadline) for one in (mine, theirs)] == [
        (EXAM_S + QUARTER_S, clock.now() + timedelta(seconds=EXAM_S + QUARTER_S)),
        (EXAM_S, clock.now() + timedelta(seconds=EXAM_S)),
    ]
    work_off()
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == (["candidate@example.org"], "You have more time: Tiny exam")
    assert "you have more time in Tiny exam: 75 min 0 s." in letter.body
    assert "Extra time that was granted to you." in letter.body
    assert Entry.objects.get(action="attempt.credited").detail["seconds"] == QUARTER_S
    mine.begin()
    assert Credit.objects.count() == 1


def test_s3_a_grant_is_in_the_audit_table_without_a_name(grant: Grant) -> None:
    given = grant()
    services.revoke(accommodation=given, actor="tests", now=clock.now())
    assert services.revoke(accommodation=given, actor="tests", now=clock.now()) is False
    granted, revoked = Entry.objects.filter(action__startswith="accommodation.").order_by("pk")
    assert (granted.subject, granted.detail) == (
        f"accommodation:{given.pk}",
        {"percent": 25, "breaks": 2, "break_minutes": 15},
    )
    assert (revoked.action, revoked.subject) == ("accommodation.revoked", granted.subject)


@pytest.mark.parametrize(("day", "seconds"), [(date(2030, 1, 15), QUARTER_S), (date(2030, 1, 14), 0)])
def test_s3_extra_time_until_its_last_day(
    sit: Sit, candidate: User, grant: Grant, stopped_clock: StoppedClock, *, day: date, seconds: int
) -> None:
    stopped_clock.advance(-86400)
    grant(ends_on=day)
    stopped_clock.advance(86400)
    assert left(sit(candidate).prepare().begin()) == EXAM_S + seconds


@pytest.mark.parametrize(("mine", "seconds"), [(True, QUARTER_S), (False, 0)])
def test_s3_extra_time_at_its_program_alone(sit: Sit, candidate: User, grant: Grant, *, mine: bool, seconds: int) -> None:
    sitting, other = sit(candidate), sit(candidate, "tiny-mock")
    grant(program=Program.objects.get(slug=(sitting if mine else other).program))
    assert left(sitting.prepare().begin()) == EXAM_S + seconds


def test_s3_a_second_grant_takes_nothing_from_the_first_and_a_revoked_one_does_not_apply(
    sit: Sit, candidate: User, grant: Grant, stopped_clock: StoppedClock
) -> None:
    larger = grant(percent=50, breaks=0, break_minutes=0)
    stopped_clock.advance(1)
    grant(percent=10, breaks=3, break_minutes=10)
    stopped_clock.advance(1)
    both = attempt_state(sit(candidate).prepare().begin().attempt, now=clock.now())
    assert (both.time_left_s, both.breaks_left, both.break_minutes) == (EXAM_S * 1.5, 3, 10)
    services.revoke(accommodation=larger, actor="tests", now=clock.now())
    assert left(sit(candidate, "tiny-mock").prepare().begin()) == EXAM_S * 1.1


def test_s3_the_page_before_the_start_says_the_time_that_this_candidate_will_have(
    sit: Sit, candidate: User, stranger: User, grant: Grant, browser: Browser
) -> None:
    grant(breaks=2, break_minutes=15)
    mine, theirs = sit(candidate).prepare(), sit(stranger).prepare()
    shown = [" ".join(browser(one.user).get(f"/exam/{one.id}/").content.decode().split()) for one in (mine, theirs)]
    told = ("<strong>375 minutes</strong>", "runs for 375 minutes", "75 minutes of extra time", "You can take 2 breaks of 15")
    assert [[words in page for words in told] for page in shown] == [[True] * 4, [False] * 4]
    state = json.loads(browser(candidate).get(f"/api/v1/attempts/{mine.id}").content)
    assert state["time_left_s"] == EXAM_S + QUARTER_S
    assert (state["duration_s"], state["extra_s"], state["breaks_left"], state["break_minutes"]) == (EXAM_S, QUARTER_S, 2, 15)
    begun = attempt_state(mine.begin().attempt, now=clock.now())
    assert (begun.extra_s, begun.time_left_s, begun.breaks_left) == (0, EXAM_S + QUARTER_S, 2)


def test_s3_a_break_adds_its_minutes_and_never_more_than_were_granted(
    sit: Sit, candidate: User, grant: Grant, stopped_clock: StoppedClock
) -> None:
    grant(percent=0)
    sitting = sit(candidate).prepare().begin()
    stopped_clock.advance(600)
    first = take(sitting)
    assert left(sitting) == EXAM_S - 600 + BREAK_S
    stopped_clock.advance(BREAK_S - 1)
    assert take(sitting) == first
    stopped_clock.advance(1)
    take(sitting)
    assert left(sitting) == EXAM_S - 600 + BREAK_S
    stopped_clock.advance(BREAK_S)
    with pytest.raises(NoBreakLeft):
        take(sitting)
    assert [(one.kind, one.seconds) for one in Credit.objects.all()] == [("break", BREAK_S)] * 2


def test_s3_what_was_granted_when_the_clock_started_holds_to_the_end(sit: Sit, candidate: User, grant: Grant) -> None:
    given = grant(percent=0, breaks=1)
    sitting = sit(candidate).prepare().begin()
    services.revoke(accommodation=given, actor="tests", now=clock.now() + timedelta(seconds=1))
    assert take(sitting).seconds == BREAK_S


def test_s3_without_a_grant_there_is_no_break_and_after_the_deadline_none_either(
    sit: Sit, candidate: User, stranger: User, grant: Grant, stopped_clock: StoppedClock
) -> None:
    grant(percent=0)
    mine, theirs = sit(candidate).prepare().begin(), sit(stranger).prepare().begin()
    with pytest.raises(NoBreakLeft):
        take(theirs)
    stopped_clock.advance(EXAM_S)
    with pytest.raises(AttemptClosed):
        take(mine)
    assert Credit.objects.count() == 0


def test_s3_the_break_of_the_api_and_the_page(
    sit: Sit, candidate: User, stranger: User, grant: Grant, browser: Browser, stopped_clock: StoppedClock
) -> None:
    grant(percent=0)
    sitting = sit(candidate).prepare().begin()
    mine, eve, page = browser(candidate), browser(stranger), f"/exam/{sitting.id}/"
    assert "Take a break of 15 minutes" in mine.get(page).content.decode()
    assert eve.post(f"{page}break/").status_code == eve.post(f"/api/v1/attempts/{sitting.id}/break").status_code == 404
    state = json.loads(mine.post(f"/api/v1/attempts/{sitting.id}/break").content)
    assert (state["breaks_left"], state["break_minutes"], state["time_left_s"]) == (1, 15, EXAM_S + BREAK_S)
    assert "End of the break:" in mine.get(page).content.decode()
    stopped_clock.advance(BREAK_S)
    assert mine.post(f"{page}break/")["Location"] == page
    assert left(sitting) == EXAM_S + BREAK_S
    stopped_clock.advance(BREAK_S)
    shown = mine.post(f"{page}break/", follow=True).content.decode()
    assert ("No break is left to you in this exam." in shown, "Take a break" in shown) == (True, False)
    assert mine.post(f"/api/v1/attempts/{sitting.id}/break").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"percent": 201}, {"percent": 0, "breaks": 0, "break_minutes": 0}, {"breaks": 0}, {"ends_on": date(2030, 1, 14)}],
)
def test_what_cannot_be_granted_is_refused(grant: Grant, wrong: dict[str, Any]) -> None:
    with pytest.raises(AccommodationRefused):
        grant(**wrong)
    assert Accommodation.objects.count() == 0


def test_the_database_holds_no_grant_of_nothing(candidate: User, stopped_clock: StoppedClock) -> None:
    for wrong in ({"percent": 0}, {"percent": 201}, {"percent": 1, "breaks": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Accommodation.objects.create(user=candidate, granted_at=clock.now(), **wrong)


def test_a_person_downloads_what_was_granted_and_takes_it_along_when_they_go(candidate: User, grant: Grant) -> None:
    grant(ends_on=date(2031, 1, 1))
    (written,) = personal_data.export(candidate)["accommodations"]
    assert (written["percent"], written["breaks"], written["ends_on"]) == (25, 2, date(2031, 1, 1))
    assert deletion.delete(user=candidate)
    assert Accommodation.objects.count() == 0
