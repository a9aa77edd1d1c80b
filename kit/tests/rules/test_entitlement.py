from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.entitlement import REMINDERS, Right, Worth, earliest_day, ends_at, is_over, last_day

UTC = timezone.utc
days = st.dates(date(2000, 3, 1), date(2199, 12, 31))
instants = st.datetimes(datetime(2000, 3, 1), datetime(2199, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("granted", "months", "last"),
    [
        (datetime(2026, 1, 15, tzinfo=UTC), 6, date(2026, 7, 15)),
        (datetime(2026, 8, 31, tzinfo=UTC), 6, date(2027, 2, 28)),
        (datetime(2027, 8, 31, tzinfo=UTC), 6, date(2028, 2, 29)),
        (datetime(2028, 2, 29, tzinfo=UTC), 12, date(2029, 2, 28)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), 2, date(2027, 2, 28)),
        (datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=9))), 6, date(2026, 8, 28)),
        (datetime(2026, 2, 28, 20, tzinfo=timezone(timedelta(hours=-8))), 6, date(2026, 9, 1)),
        (datetime(2026, 1, 15, tzinfo=UTC), None, None),
    ],
)
def test_g6_the_last_day_is_months_after_the_day_of_the_grant_in_utc(granted, months, last):
    assert last_day(granted, months) == last


@given(instants, st.integers(1, 120))
def test_g6_the_last_day_is_in_the_month_that_was_promised_and_never_before_its_28th(granted, months):
    last = last_day(granted, months)
    assert (last.year * 12 + last.month) - (granted.year * 12 + granted.month) == months
    assert last.day == granted.day or (28 <= last.day < granted.day and (last + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("now", "worth"),
    [
        (datetime(2027, 2, 28, 23, 59, tzinfo=UTC), Worth.USABLE),
        (datetime(2027, 2, 28, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-12))), Worth.USABLE),
        (datetime(2027, 3, 1, 0, 0, tzinfo=timezone(timedelta(hours=-12))), Worth.OVER),
        (datetime(2027, 3, 1, 12, 0, tzinfo=UTC) - TICK, Worth.USABLE),
        (datetime(2027, 3, 1, 12, 0, tzinfo=UTC), Worth.OVER),
        (datetime(2027, 3, 2, 1, 59, 59, 999999, tzinfo=timezone(timedelta(hours=14))), Worth.USABLE),
    ],
)
def test_g6_the_last_day_counts_until_it_is_over_everywhere(now, worth):
    assert Right(date(2027, 2, 28)).worth(now=now) is worth


@given(days, st.integers(-12, 14))
def test_g6_nobody_is_refused_on_the_day_that_their_calendar_shows_as_the_last(last, offset):
    evening = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=timezone(timedelta(hours=offset)))
    assert not is_over(last, now=evening)


@given(days, st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_the_day_for_queries_says_the_same_as_the_rule(last, around):
    now = ends_at(last) + around
    assert (last < earliest_day(now)) == is_over(last, now=now)


@pytest.mark.parametrize(
    ("right", "worth"),
    [
        (Right(), Worth.USABLE),
        (Right(valid_until=date(2026, 1, 1), spent_at=datetime(2025, 12, 1, tzinfo=UTC)), Worth.SPENT),
        (Right(valid_until=date(2026, 1, 1), voided_at=datetime(2025, 12, 1, tzinfo=UTC)), Worth.VOID),
        (Right(valid_until=date(2026, 1, 1)), Worth.OVER),
    ],
)
def test_g6_what_an_entitlement_is_worth(right, worth):
    assert right.worth(now=datetime(2030, 1, 1, tzinfo=UTC)) is worth


@pytest.mark.parametrize(
    ("left", "written", "due"),
    [
        (31, (), None),
        (30, (), 30),
        (30, (30,), None),
        (8, (30,), None),
        (8, (), 30),
        (7, (30,), 7),
        (2, (30, 7), None),
        (1, (30, 7), 1),
        (0, (30, 7), 1),
        (0, (30, 7, 1), None),
        (-1, (), None),
    ],
)
def test_g6_reminders_come_thirty_seven_and_one_day_before(left, written, due):
    now = datetime(2026, 6, 15, 9, tzinfo=UTC)
    assert Right(now.date() + timedelta(days=left)).reminder(written, now=now) == due


@given(st.integers(-5, 40), st.sampled_from(["spent_at", "voided_at"]))
def test_g6_nobody_is_reminded_of_what_is_spent_or_void(left, fact):
    now = datetime(2026, 6, 15, 9, tzinfo=UTC)
    assert Right(now.date() + timedelta(days=left), **{fact: now}).reminder((), now=now) is None


@given(days, st.integers(1, 60))
def test_g6_a_daily_look_writes_each_reminder_once_whichever_day_it_begins(last, ahead):
    written: list[int] = []
    for left in range(ahead, -3, -1):
        day = last - timedelta(days=left)
        due = Right(last).reminder(written, now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        if due is not None:
            written.append(due)
    assert written == [days for days in REMINDERS if days <= ahead] or written == [
        min(days for days in REMINDERS if days >= ahead),
        *(days for days in REMINDERS if days < ahead),
    ]


def test_g6_a_right_to_the_last_day_of_the_calendar_is_never_over():
    now = datetime(2200, 1, 1, tzinfo=UTC)
    assert [is_over(day, now=now) for day in (date.max, date.min)] == [False, True]
    assert Right(valid_until=date.max).worth(now=now) is Worth.USABLE
    assert ends_at(date.max) > ends_at(date.max - timedelta(days=1))
