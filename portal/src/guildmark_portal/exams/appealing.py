"""Until when a result may be appealed against: counted from when it was told, or told anew."""

from datetime import datetime

from guildmark.rules import case as rules
from guildmark_portal.exams.models import Attempt


def told_at(attempt: Attempt) -> datetime | None:
    """When the result that stands was written down, and so told; None where there is none."""
    decision = getattr(attempt, "decision", None)
    if decision is None:
        return None
    told: datetime = max([decision.recorded_at, *(one.recorded_at for one in decision.revisions.all())])
    return told


def appeal_until(attempt: Attempt, *, decided_at: datetime | None = None) -> datetime | None:
    """The last instant at which an appeal against the result is taken; None without a result.

    Until the decision is written down, moments after it is due, the time counts from `decided_at`.
    """
    told = told_at(attempt) or decided_at
    return None if told is None else rules.appeal_until(told, days=attempt.settled.appeal_days)
