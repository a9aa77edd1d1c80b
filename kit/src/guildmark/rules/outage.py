"""How much time an outage of ours took from an attempt, and how much of that is still to be given back.

An outage that began before the deadline is given back whole, from its beginning or the start of the attempt, whichever is
later, to its end: the time left when it began is there again when it is over. Two at once are given back once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Span:
    """A stretch of time. Raises `ValueError` for one that ends before it begins."""

    began_at: datetime
    ended_at: datetime

    def __post_init__(self) -> None:
        if self.ended_at < self.began_at:
            raise ValueError("what ends before it begins is no stretch of time")


def uncredited(outage: Span, *, started_at: datetime, deadline: datetime, before: Sequence[Span] = ()) -> timedelta:
    """What `outage` took from an attempt, less what the outages `before` it took and was given back already."""
    if outage.began_at >= deadline:
        return timedelta()
    reached, lost = max(outage.began_at, started_at), timedelta()
    for span in sorted(before, key=lambda span: span.began_at):
        lost += max(min(span.began_at, outage.ended_at) - reached, timedelta())
        reached = max(reached, span.ended_at)
    return lost + max(outage.ended_at - reached, timedelta())
