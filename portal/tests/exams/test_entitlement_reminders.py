"""Reminders before a right to sit ends (rule G6)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.db import transaction
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import MakeBank, WorkOff
from portal.tests.exams.paid_exam import granted, published, sitting

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.ending import look
from guildmark_portal.exams.entitling import void
from guildmark_portal.exams.models import Program, Voided
from guildmark_portal.jobs.models import Job

pytestmark = pytest.mark.django_db
NEW = "new@example.org"


@pytest.fixture
def live(make_bank: MakeBank, stopped_clock: StoppedClock) -> Program:
    """A live exam for a fee."""
    return published(make_bank(visibility="private"))


def letters() -> list[str]:
    return list(Job.objects.filter(kind="mail").order_by("pk").values_list("key", flat=True))


def look_and_die() -> None:
    with transaction.atomic():
        look(now=clock.now())
        raise KeyboardInterrupt


def day(stopped_clock: StoppedClock, left: int) -> None:
    stopped_clock.at = datetime(2030, 7, 15, 8, tzinfo=UTC) - timedelta(days=left)
    look(now=clock.now())


def test_g6_they_come_thirty_seven_and_one_day_before_once_each(
    live: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    number = granted(candidate, live).pk
    written = {}
    for left in (31, 30, 29, 8, 7, 6, 2, 1, 0, -1):
        before = len(letters())
        day(stopped_clock, left)
        day(stopped_clock, left)
        written[left] = letters()[before:]
    assert {left: keys for left, keys in written.items() if keys} == {
        left: [f"entitlement:{number}:ends:{left}"] for left in (30, 7, 1)
    }


def test_g6_none_after_it_is_spent_or_taken_back_and_none_of_a_free_one(
    live: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    granted(candidate, live)
    sitting(candidate, live).prepare().begin()
    void(entitlement=granted(stranger, live), why=Voided.REFUND, actor="tests", now=clock.now())
    granted(stranger, live, source="free")
    before = letters()
    day(stopped_clock, 7)
    assert letters() == before


def test_g6_in_the_persons_language_with_the_last_day(
    live: Program, candidate: User, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    candidate.language = "ko"
    candidate.save()
    granted(candidate, live)
    day(stopped_clock, 1)
    work_off()
    (letter,) = outbox.outbox
    assert letter.to == [candidate.email]
    assert "2030년 7월 15일" in letter.subject


def test_g6_somebody_without_an_account_is_told_how_to_get_one(
    live: Program, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    granted(NEW, live)
    day(stopped_clock, 7)
    work_off()
    (letter,) = outbox.outbox
    assert (letter.to, letter.subject) == ([NEW], "Begin by 15 July 2030: Tiny exam")
    assert f"Create an account with this address, {NEW}" in letter.body


def test_g6_a_death_between_leaves_neither_reminder_nor_note(
    live: Program, candidate: User, stopped_clock: StoppedClock
) -> None:
    right = granted(candidate, live)
    stopped_clock.at = datetime(2030, 7, 8, 8, tzinfo=UTC)
    with pytest.raises(KeyboardInterrupt):
        look_and_die()
    right.refresh_from_db()
    assert (right.reminded_of, letters()) == (None, [])
    look(now=clock.now())
    assert letters() == [f"entitlement:{right.pk}:ends:7"]
