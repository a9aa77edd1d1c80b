"""When a seat of a cohort can be begun (rules G6 and X8): boundaries, and beginnings that are spread."""

import itertools
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.cohort import Window, WindowStands, first_free, offsets

NOON = datetime(2030, 1, 15, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
WINDOW = Window(NOON, NOON + timedelta(hours=2))


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        (NOON + timedelta(minutes=5) - SECOND, WindowStands.EARLY),
        (NOON + timedelta(minutes=5), WindowStands.OPEN),
        (NOON + timedelta(hours=2) - SECOND, WindowStands.OPEN),
        (NOON + timedelta(hours=2), WindowStands.OVER),
    ],
)
def test_g6_a_seat_is_begun_from_its_instant_on_and_inside_of_the_window(at: datetime, stands: WindowStands) -> None:
    assert WINDOW.stands(now=at, offset=timedelta(minutes=5)) is stands


def test_a_window_closes_after_it_opens() -> None:
    with pytest.raises(ValueError, match="closes after it opens"):
        Window(NOON, NOON)


@pytest.mark.parametrize(("minutes", "fits"), [(0, True), (119, True), (120, False), (-1, False)])
def test_beginnings_are_spread_over_less_than_the_window(minutes: int, *, fits: bool) -> None:
    assert WINDOW.holds(timedelta(minutes=minutes)) is fits


@given(count=st.integers(1, 400), minutes=st.integers(0, 240))
def test_x8_beginnings_are_equally_spaced_from_the_first_instant_and_within_the_spread(count: int, minutes: int) -> None:
    found = offsets(count, timedelta(minutes=minutes))
    gaps = {(after - before).total_seconds() for before, after in itertools.pairwise(found)}
    assert (len(found), found[0], found == tuple(sorted(found))) == (count, timedelta(), True)
    assert found[-1] < timedelta(minutes=minutes) or minutes == 0
    assert not gaps or max(gaps) - min(gaps) <= 1  # whole seconds


@given(seats=st.sets(st.integers(1, 30)), taken=st.sets(st.integers(1, 30)))
def test_the_first_free_seat_is_one_that_nobody_took(seats: set[int], taken: set[int]) -> None:
    found = first_free(seats, taken)
    assert found is None if seats <= taken else found == min(seats - taken)
