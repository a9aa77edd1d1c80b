"""What is granted to a candidate who needs more time: a share of the duration on top, and breaks.

Of several grants that hold, none takes from another: the largest share applies, and the breaks that are most minutes together.
Extra time is a credit that is written when the clock starts. A break is a credit of its minutes at the moment at which it
is taken: the clock runs on, and nothing pauses.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

MOST_PERCENT: Final = 200
MOST_BREAKS: Final = 20
LONGEST_BREAK_MINUTES: Final = 120


@dataclass(frozen=True)
class Grant:
    """`percent` of the duration on top, and so many breaks of so many minutes. `ends_on` is its last day."""

    percent: int
    breaks: int
    break_minutes: int
    granted_at: datetime
    ends_on: date | None = None
    revoked_at: datetime | None = None

    def holds(self, *, at: datetime) -> bool:
        """Whether it is in force at the instant `at`: granted, not revoked, its last day not over (in the zone of `at`)."""
        begun = self.granted_at <= at and (self.revoked_at is None or at < self.revoked_at)
        return begun and (self.ends_on is None or at.date() <= self.ends_on)


def fits(*, percent: int, breaks: int, break_minutes: int) -> bool:
    """Whether this can be granted: something, within bounds, and breaks have a length exactly where there are some."""
    within = 0 <= percent <= MOST_PERCENT and 0 <= breaks <= MOST_BREAKS and 0 <= break_minutes <= LONGEST_BREAK_MINUTES
    return within and bool(percent or breaks) and bool(breaks) == bool(break_minutes)


def in_force(grants: Iterable[Grant], *, at: datetime) -> Grant | None:
    """What applies to an attempt whose clock starts at `at`: the best of all that hold; None where none does.

    That is the largest percent of any, and the breaks of the one whose breaks are most minutes together; of two that are as
    many minutes, the one with more breaks.
    """
    held = [grant for grant in grants if grant.holds(at=at)]
    if not held:
        return None
    longest = max(held, key=lambda grant: (grant.breaks * grant.break_minutes, grant.breaks))
    return replace(
        longest,
        percent=max(grant.percent for grant in held),
        granted_at=max(grant.granted_at for grant in held),
        ends_on=None,
        revoked_at=None,
    )


def extra(duration: timedelta, percent: int) -> timedelta:
    """The extra time, in whole seconds, rounded up."""
    return timedelta(seconds=math.ceil(duration.total_seconds() * percent / 100))


def breaks_left(granted: int, taken: int) -> int:
    """How many breaks can still be taken."""
    return max(0, granted - taken)
