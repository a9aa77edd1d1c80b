"""What lasts to a last day: which day that is, and when its holder is reminded. For certificates and entitlements alike."""

import calendar
from collections.abc import Iterable
from datetime import date


def months_after(start: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it is shorter (31 August + 6 = 28 February)."""
    years, month0 = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month0 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def reminder_due(asked: Iterable[int], written: Iterable[int], *, last_day: date, today: date) -> int | None:
    """Of the reminders `asked` for, in days before the end, the one that is due on `today`; None if that one was `written`.

    A reminder is due from its day on until the next one is. After the last day there is none.
    """
    left = (last_day - today).days
    if left < 0:
        return None
    due = min((days for days in asked if days >= left), default=None)
    return None if due is None or due in set(written) else due
