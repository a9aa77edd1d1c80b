"""What candidates may ask of people: incidents, appeals and accommodations, and by when each gets its answer.

Where a case stands is computed from what happened and never stored, so that one that nobody looks at is overdue by itself.
"""

from datetime import datetime, timedelta
from enum import Enum


class CaseKind(str, Enum):
    """What a case is about."""

    INCIDENT = "incident"
    """Something went wrong, during the exam or elsewhere."""
    APPEAL = "appeal"
    """A score or a decision is wrong."""
    ACCOMMODATION = "accommodation"
    """Somebody needs more time, or breaks."""


class Outcome(str, Enum):
    """What an answer says. Each ends the case."""

    GRANTED = "granted"
    REFUSED = "refused"
    INFORMATION = "information"
    """It explains, and there was nothing to grant."""


class MessageKind(str, Enum):
    """What is said in a case after it was opened."""

    ADDED = "added"
    """The candidate adds something."""
    QUESTION = "question"
    """Somebody who may answer asks the candidate."""
    REVOKED = "revoked"
    """Why what was granted is taken back."""


class Standing(str, Enum):
    """Where a case stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"

    @property
    def waits(self) -> bool:
        """Whether somebody still owes it an answer."""
        return self in {Standing.OPEN, Standing.OVERDUE}


def appeal_until(told_at: datetime, *, days: int) -> datetime:
    """The last instant at which an appeal against a result is taken, counted from when it was told."""
    return told_at + timedelta(days=days)


def may_appeal(told_at: datetime, *, days: int, now: datetime) -> bool:
    """Whether an appeal is taken at `now`, the last instant included."""
    return now <= appeal_until(told_at, days=days)


def answer_due(opened_at: datetime, *, days: int) -> datetime:
    """When a case that was opened then has its answer at the latest."""
    return opened_at + timedelta(days=days)


def remind_at(due: datetime) -> tuple[datetime, ...]:
    """When those who answer are reminded: a day before the answer is due, and when it is."""
    return (due - timedelta(days=1), due)


def standing(*, due: datetime, is_answered: bool, is_withdrawn: bool, now: datetime) -> Standing:
    """Where a case stands at `now`. It is overdue from the second after its answer was due."""
    if is_withdrawn:
        return Standing.WITHDRAWN
    if is_answered:
        return Standing.ANSWERED
    return Standing.OVERDUE if now > due else Standing.OPEN
