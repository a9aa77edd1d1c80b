"""How often somebody applies for a stipend, what may be granted, and until when it is used (rule G7)."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.stipend import YEAR, last_day_of_use, may_apply, may_grant, next_application

FIRST = datetime(2028, 2, 29, 12, tzinfo=timezone.utc)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("after", "may"), [(YEAR - TICK, False), (YEAR, True)], ids=["too early", "to the moment"])
def test_g7_the_next_application_is_365_days_after_the_last(after: timedelta, *, may: bool) -> None:
    assert may_apply([FIRST], a_year=1, now=FIRST + after) is may
    assert next_application([FIRST], a_year=1) == datetime(2029, 2, 28, 12, tzinfo=timezone.utc)


def test_g7_who_never_applied_may_apply() -> None:
    assert (next_application([], a_year=1), may_apply([], a_year=1, now=FIRST)) == (None, True)


def test_g7_where_two_a_year_are_settled_the_one_before_the_last_counts() -> None:
    second = FIRST + timedelta(days=100)
    assert [next_application(applied, a_year=2) for applied in ([FIRST], [second, FIRST])] == [None, FIRST + YEAR]


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), max_size=12), st.integers(1, 4))  # noqa: DTZ001
def test_g7_in_no_365_days_are_there_more_than_are_settled(asked: list[datetime], a_year: int) -> None:
    granted: list[datetime] = []
    for at in sorted(moment.replace(tzinfo=timezone.utc) for moment in asked):
        if may_apply(granted, a_year=a_year, now=at):
            granted.append(at)
    assert all(sum(at - YEAR < other <= at for other in granted) <= a_year for at in granted)


def test_g7_a_stipend_is_used_until_ninety_days_after_its_day_in_utc() -> None:
    decided = datetime(2030, 1, 1, 23, 59, tzinfo=timezone(timedelta(hours=-5)))
    assert last_day_of_use(decided, 90) == date(2030, 4, 2)


def test_g7_who_misses_a_criterion_is_granted_nothing() -> None:
    asked = ("need", "reasons")
    assert [may_grant(asked, met) for met in (("need",), ("reasons", "need"), (), ("need", "reasons", "more"))] == [
        False,
        True,
        False,
        True,
    ]
    assert may_grant((), ())
