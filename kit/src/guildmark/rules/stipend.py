"""Stipends (rule G7): how often somebody applies, what may be decided, and the last day of what is granted."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Final

YEAR: Final = timedelta(days=365)
"""What "a year" is between applications: 365 days, to the moment, in leap years too."""


def next_application(applied: Iterable[datetime], *, a_year: int) -> datetime | None:
    """The first instant at which somebody who applied then may apply again; None: at any time."""
    newest = sorted(applied, reverse=True)
    return newest[a_year - 1] + YEAR if len(newest) >= a_year else None


def may_apply(applied: Iterable[datetime], *, a_year: int, now: datetime) -> bool:
    """Whether somebody who applied then may apply at `now`."""
    first = next_application(applied, a_year=a_year)
    return first is None or now >= first


def last_day_of_use(decided_at: datetime, days: int) -> date:
    """The last day on which a stipend is used: so many days after the day of the decision, in UTC."""
    return decided_at.astimezone(timezone.utc).date() + timedelta(days=days)


def may_grant(criteria: Iterable[str], met: Iterable[str]) -> bool:
    """Whether any part may be granted: to those alone who meet every criterion, so that equals are treated equally."""
    return set(criteria) <= set(met)
