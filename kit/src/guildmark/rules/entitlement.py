"""How long an entitlement to sit lasts, what it is worth, and when its holder is reminded (rule G6).

Days are counted in UTC: the day of the grant, and the days before the end. The last day itself is over when it is over
everywhere on Earth, at noon UTC of the next day: nobody is refused on a day that their own calendar still shows as the last.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from typing import Final

from guildmark.rules.validity import months_after, reminder_due

REMINDERS: Final = (30, 7, 1)
"""So many days before the last one its holder is reminded."""
_WESTERNMOST: Final = timezone(timedelta(hours=-12))


class Worth(str, Enum):
    """What an entitlement is worth: to sit once, or nothing any more, and why."""

    USABLE = "usable"
    SPENT = "spent"
    VOID = "void"
    OVER = "over"


@dataclass(frozen=True)
class Right:
    """The facts of an entitlement. `valid_until` is its last day; None: it lasts for ever."""

    valid_until: date | None = None
    spent_at: datetime | None = None
    voided_at: datetime | None = None

    def worth(self, *, now: datetime) -> Worth:
        """What it is worth at `now`. What was spent stays spent, whatever day it is."""
        if self.spent_at is not None:
            return Worth.SPENT
        if self.voided_at is not None:
            return Worth.VOID
        return Worth.OVER if is_over(self.valid_until, now=now) else Worth.USABLE

    def reminder(self, written: Iterable[int], *, now: datetime) -> int | None:
        """The reminder, in days before the end, that is due at `now` and was not `written`; None of what cannot be spent."""
        if self.valid_until is None or self.worth(now=now) is not Worth.USABLE:
            return None
        return reminder_due(REMINDERS, written, last_day=self.valid_until, today=now.astimezone(timezone.utc).date())


def last_day(granted_at: datetime, months: int | None) -> date | None:
    """The last day of an entitlement of so many calendar months, itself among them; None of one without an end.

    Granted on 31 August for six months it lasts to 28 February, or 29 February in a leap year.
    """
    return None if months is None else months_after(granted_at.astimezone(timezone.utc).date(), months)


def ends_at(valid_until: date) -> datetime:
    """The first instant that lies in the last day nowhere on Earth: noon UTC of the day that follows; at most the last one."""
    try:
        return datetime.combine(valid_until + timedelta(days=1), time(), tzinfo=_WESTERNMOST).astimezone(timezone.utc)
    except OverflowError:  # the calendar ends there: it is never over
        return datetime.max.replace(tzinfo=timezone.utc)


def is_over(valid_until: date | None, *, now: datetime) -> bool:
    """Whether the last day is over everywhere."""
    return valid_until is not None and now >= ends_at(valid_until)


def earliest_day(now: datetime) -> date:
    """The earliest day that somebody on Earth still has at `now`: what ended before it is over (for queries)."""
    return now.astimezone(_WESTERNMOST).date()
