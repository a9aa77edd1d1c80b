"""When a seat of a cohort can be begun: inside of the cohort's window, and not before the seat's own instant.

Many who begin in the same second load a network and a portal at once. So the beginnings may be spread: each seat has an offset
from the beginning of the window. The offsets of seats that are made together are equally spaced, the first of them is none, and
they never change afterwards, however many seats are added: what a candidate was told stays true.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

LONGEST_SPREAD_MINUTES = 240


class WindowStands(str, Enum):
    """Whether one may begin: not yet, now, or no more."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class Window:
    """From `opens_at`, which belongs to it, to `closes_at`, which does not. Anything else is a `ValueError`."""

    opens_at: datetime
    closes_at: datetime

    def __post_init__(self) -> None:
        if self.closes_at <= self.opens_at:
            raise ValueError("A window closes after it opens.")

    def holds(self, spread: timedelta) -> bool:
        """Whether beginnings that are spread over so long all lie in it."""
        return timedelta() <= spread < self.closes_at - self.opens_at

    def starts_at(self, offset: timedelta) -> datetime:
        """From when on a seat with that offset can be begun."""
        return self.opens_at + offset

    def stands(self, *, now: datetime, offset: timedelta = timedelta()) -> WindowStands:
        """Whether a seat with that offset can be begun at `now`."""
        if now >= self.closes_at:
            return WindowStands.OVER
        return WindowStands.EARLY if now < self.starts_at(offset) else WindowStands.OPEN


def offsets(count: int, spread: timedelta) -> tuple[timedelta, ...]:
    """The offsets of `count` seats that begin within `spread`: equally spaced, in whole seconds, the first one none."""
    seconds = int(spread.total_seconds())
    return tuple(timedelta(seconds=number * seconds // count) for number in range(count))


def first_free(seats: Iterable[int], taken: Iterable[int]) -> int | None:
    """The lowest of the numbered `seats` that nobody took; None where there is none."""
    return min(set(seats) - set(taken), default=None)


class TeachersSee(str, Enum):
    """What the teacher of a cohort sees of a result."""

    NOTHING = "nothing"
    PASSED = "passed"
    POINTS = "points"
