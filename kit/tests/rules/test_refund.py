"""What goes back to a buyer before the exam begins (rule G6)."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.money import Money
from guildmark.rules.refund import RefundStep, goes_down, money_back, parse_steps, step_at, written_steps

UTC = timezone.utc
PAID_AT = datetime(2030, 1, 15, 23, 59, tzinfo=UTC)
STEPS = (RefundStep(14, 100), RefundStep(60, 50))
TICK = timedelta(microseconds=1)
steps = st.builds(RefundStep, days=st.integers(1, 9999), percent=st.integers(1, 100))


@pytest.mark.parametrize(
    ("at", "percent"),
    [
        (PAID_AT, 100),
        (datetime(2030, 1, 30, 12, tzinfo=UTC) - TICK, 100),
        (datetime(2030, 1, 30, 12, tzinfo=UTC), 50),
        (datetime(2030, 3, 17, 12, tzinfo=UTC) - TICK, 50),
        (datetime(2030, 3, 17, 12, tzinfo=UTC), None),
    ],
    ids=["at once", "the last moment of the first step", "the next one", "the last moment", "too late"],
)
def test_g6_a_step_holds_until_its_last_day_is_over_everywhere(at: datetime, percent: int | None) -> None:
    found = step_at(STEPS, paid_at=PAID_AT, now=at)
    assert (None if found is None else found.percent) == percent


def test_g6_without_steps_nothing_goes_back() -> None:
    assert step_at((), paid_at=PAID_AT, now=PAID_AT) is None
    assert STEPS[0].last_day(PAID_AT) == date(2030, 1, 29)


@pytest.mark.parametrize(
    ("paid", "percent", "there", "back"),
    [
        (10_000, 100, 10_000, 10_000),
        (10_000, 50, 10_000, 5_000),
        (333, 50, 333, 167),
        (10_000, 50, 6_000, 1_000),
        (10_000, 50, 0, 0),
    ],
    ids=["all", "half", "half a cent to the buyer", "a part went back before", "nothing is there"],
)
def test_g6_what_went_back_before_counts_towards_the_share(paid: int, percent: int, there: int, back: int) -> None:
    assert money_back(Money(paid, "USD"), percent=percent, still_there=Money(there, "USD")) == Money(back, "USD")


def test_p2_what_goes_back_can_be_taken_by_a_card_and_is_rounded_to_the_buyers_favour() -> None:
    assert money_back(Money(10_010, "KWD"), percent=67, still_there=Money(10_010, "KWD")) == Money(6_710, "KWD")
    assert money_back(Money(10_015, "KWD"), percent=100, still_there=Money(10_015, "KWD")) == Money(10_015, "KWD")


@given(
    paid=st.integers(0, 10**9), percent=st.integers(1, 100), there=st.integers(0, 10**9), unit=st.sampled_from(["KRW", "KWD"])
)
def test_g6_never_more_goes_back_than_is_there(paid: int, percent: int, there: int, unit: str) -> None:
    left = Money(min(there, paid), unit)
    back = money_back(Money(paid, unit), percent=percent, still_there=left)
    assert 0 <= back.amount <= left.amount


@given(st.lists(steps, max_size=4))
def test_steps_are_read_as_they_are_written(found: list[RefundStep]) -> None:
    assert parse_steps(written_steps(found)) == tuple(found)


@pytest.mark.parametrize("written", ["", "14 days", "0 days: 100%", "14 days: 0%", "14 days: 101%", "2 weeks: 50%", "all"])
def test_a_step_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="14 days: 100%"):
        RefundStep.parse(written)


def test_later_steps_last_longer_and_give_less() -> None:
    assert [goes_down(found) for found in (STEPS, (), STEPS[::-1], (STEPS[0], RefundStep(60, 100)))] == [
        True,
        True,
        False,
        False,
    ]
