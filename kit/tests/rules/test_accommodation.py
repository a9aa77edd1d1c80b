from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.accommodation import Grant, breaks_left, extra, fits, in_force

GRANTED = datetime(2030, 1, 15, 12, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("duration_s", "percent", "seconds"),
    [(18000, 25, 4500), (18000, 50, 9000), (18000, 0, 0), (1, 25, 1), (3601, 25, 901), (18000, 200, 36000), (3600, 33, 1188)],
)
def test_s3_extra_time_is_a_share_of_the_duration_in_whole_seconds_up(duration_s, percent, seconds):
    assert extra(timedelta(seconds=duration_s), percent) == timedelta(seconds=seconds)


@given(st.integers(1, 10**6), st.integers(0, 200))
def test_s3_extra_time_is_never_less_than_what_was_granted_nor_a_second_more(duration_s, percent):
    seconds = extra(timedelta(seconds=duration_s), percent).total_seconds()
    assert 0 <= seconds * 100 - duration_s * percent < 100


@pytest.mark.parametrize(("granted", "taken", "left"), [(2, 0, 2), (2, 1, 1), (2, 2, 0), (1, 2, 0), (0, 0, 0)])
def test_s3_never_more_breaks_than_were_granted(granted, taken, left):
    assert breaks_left(granted, taken) == left


@pytest.mark.parametrize(
    ("grant", "at", "holds"),
    [
        ({}, GRANTED - SECOND, False),
        ({}, GRANTED, True),
        ({"revoked_at": GRANTED + SECOND}, GRANTED, True),
        ({"revoked_at": GRANTED + SECOND}, GRANTED + SECOND, False),
        ({"ends_on": date(2030, 1, 15)}, GRANTED.replace(hour=23, minute=59, second=59), True),
        ({"ends_on": date(2030, 1, 15)}, GRANTED.replace(day=16, hour=0), False),
    ],
)
def test_s3_a_grant_holds_from_its_word_to_its_last_day(grant, at, holds):
    assert Grant(25, 0, 0, GRANTED, **grant).holds(at=at) is holds


def test_s3_of_several_grants_none_takes_from_another():
    first, second = Grant(25, 0, 0, GRANTED), Grant(10, 2, 15, GRANTED + SECOND)
    for both in ([first, second], [second, first]):
        applies = in_force(both, at=GRANTED + SECOND)
        assert (applies.percent, applies.breaks, applies.break_minutes) == (25, 2, 15)
        applies = in_force(both, at=GRANTED)
        assert (applies.percent, applies.breaks, applies.break_minutes) == (25, 0, 0)
        assert in_force(both, at=GRANTED - SECOND) is None


@pytest.mark.parametrize(
    ("one", "other", "applies"),
    [
        ((2, 15), (3, 10), (3, 10)),  # as many minutes: more breaks
        ((2, 16), (3, 10), (2, 16)),  # more minutes: fewer breaks
        ((1, 10), (0, 0), (1, 10)),
        ((0, 0), (0, 0), (0, 0)),
    ],
)
def test_s3_of_several_breaks_those_that_are_most_minutes_together(one, other, applies):
    for first, second in ((one, other), (other, one)):
        found = in_force([Grant(10, *first, GRANTED), Grant(20, *second, GRANTED)], at=GRANTED)
        assert (found.percent, found.breaks, found.break_minutes) == (20, *applies)


def test_s3_what_is_revoked_or_over_adds_nothing():
    held, revoked = Grant(10, 0, 0, GRANTED), Grant(50, 2, 15, GRANTED, revoked_at=GRANTED + SECOND)
    over = Grant(100, 5, 15, GRANTED, ends_on=date(2030, 1, 14))
    found = in_force([held, revoked, over], at=GRANTED + SECOND)
    assert (found.percent, found.breaks) == (10, 0)
    assert in_force([held, revoked, over], at=GRANTED).percent == 50


@pytest.mark.parametrize(
    ("percent", "breaks", "minutes", "can_be"),
    [
        (25, 0, 0, True),
        (0, 2, 15, True),
        (200, 20, 120, True),
        (0, 0, 0, False),
        (0, 2, 0, False),
        (25, 0, 15, False),
        (201, 0, 0, False),
        (-1, 1, 1, False),
        (0, 21, 15, False),
        (0, 2, 121, False),
    ],
)
def test_what_can_be_granted(percent, breaks, minutes, can_be):
    assert fits(percent=percent, breaks=breaks, break_minutes=minutes) is can_be
