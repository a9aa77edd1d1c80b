"""What is an outage of ours, how much time it took from an attempt, and how much of that is still to be given back.

An outage that began before the deadline is given back whole, from its beginning or the start of the attempt, whichever is
later, to its end: the time left when it began is there again when it is over. Two at once are given back once. One in the
grace is given back to the grace alone, by the same rule, with the last byte in place of the deadline.
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


def counts_from(began_at: datetime, *, started_at: datetime, before: Sequence[Span] = ()) -> datetime:
    """The instant from which an open outage moves the deadline: its beginning, later by what was given back of it already.

    So what is credited at its end is what the deadline had moved by then.
    """
    since = max(began_at, started_at)
    given = sum((max(timedelta(), span.ended_at - max(span.began_at, since)) for span in _joined(before)), timedelta())
    return since + given


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The same stretches of time, none of which overlap."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.began_at):
        if joined and span.began_at <= joined[-1].ended_at:
            joined[-1] = Span(joined[-1].began_at, max(joined[-1].ended_at, span.ended_at))
        else:
            joined.append(span)
    return joined


def gap(last_seen: datetime | None, *, now: datetime, after: timedelta) -> Span | None:
    """The outage that lies between the last sign of life and `now`, if it is longer than `after`.

    None at the very first start, and where the clock was set back meanwhile.
    """
    if last_seen is None or now - last_seen <= after:
        return None
    return Span(last_seen, now)


def stalled_since(
    waiting_since: datetime | None, *, graded_at: datetime | None, now: datetime, after: timedelta
) -> datetime | None:
    """Since when grading stands still, once that is longer than `after`; None while it goes on.

    `waiting_since` is when the file came that waits longest, `graded_at` when one was graded last: a queue that moves is none.
    """
    if waiting_since is None:
        return None
    since = waiting_since if graded_at is None else max(waiting_since, graded_at)
    return since if now - since > after else None


def goes_on(began_at: datetime, *, waiting_since: datetime | None, graded_at: datetime | None) -> bool:
    """Whether an outage of grading that began then is not over: a file waits, and none was graded since."""
    return waiting_since is not None and (graded_at is None or graded_at <= began_at)
