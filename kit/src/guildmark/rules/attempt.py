"""One attempt at an exam, computed from what happened to it.

Nothing here is stored as a status: a deadline that nobody watched has still passed. The clock starts at `started_at`, runs
on the server, and cannot be paused; credits (for outages of ours, or granted accommodations) move the deadline.

An upload counts if its opening was accepted strictly before the deadline and its bytes were complete at or before the
deadline plus the grace. When it is graded does not matter.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum


class Phase(str, Enum):
    """Where an attempt stands."""

    REGISTERED = "registered"
    PREPARED = "prepared"
    RUNNING = "running"
    GRADING = "grading"
    DECIDED = "decided"


@dataclass(frozen=True)
class Timeline:
    """The facts of an attempt. All instants are timezone-aware.

    `open_uploads` are the opening times of uploads that are neither complete nor abandoned; `pending_reports` counts
    accepted submissions without a final report; `outage_open` says that an outage of ours is not over yet.
    """

    duration: timedelta
    grace: timedelta
    prepared_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    credits: tuple[timedelta, ...] = ()
    open_uploads: tuple[datetime, ...] = field(default=())
    pending_reports: int = 0
    outage_open: bool = False

    @property
    def deadline(self) -> datetime | None:
        """The instant at which the time is up, or None before the start."""
        if self.started_at is None:
            return None
        return self.started_at + self.duration + sum(self.credits, timedelta())

    @property
    def last_byte_at(self) -> datetime | None:
        """The last instant at which bytes of an upload that was opened in time are taken."""
        return None if self.deadline is None else self.deadline + self.grace

    @property
    def closes_at(self) -> datetime | None:
        """When the attempt ends or ended: the finish if it was finished, else the deadline."""
        return self.finished_at if self.finished_at is not None else self.deadline


def phase(timeline: Timeline, *, now: datetime) -> Phase:
    """The phase of an attempt at `now`."""
    if timeline.started_at is None:
        return Phase.REGISTERED if timeline.prepared_at is None else Phase.PREPARED
    if accepts_uploads(timeline, now=now):
        return Phase.RUNNING
    waits_for_bytes = any(accepts_bytes(timeline, opened_at=opened_at, now=now) for opened_at in timeline.open_uploads)
    if waits_for_bytes or timeline.pending_reports or timeline.outage_open:
        return Phase.GRADING
    return Phase.DECIDED


def accepts_uploads(timeline: Timeline, *, now: datetime) -> bool:
    """Whether a new upload may be opened at `now`: begun, not finished, strictly before the deadline."""
    if timeline.started_at is None or timeline.finished_at is not None:
        return False
    return now < timeline.started_at + timeline.duration + sum(timeline.credits, timedelta())


def accepts_bytes(timeline: Timeline, *, opened_at: datetime, now: datetime) -> bool:
    """Whether bytes that arrive at `now` for an upload opened at `opened_at` still count."""
    deadline, last = timeline.deadline, timeline.last_byte_at
    if deadline is None or last is None or timeline.finished_at is not None:
        return False
    return opened_at < deadline and now <= last


def time_left(timeline: Timeline, *, now: datetime) -> timedelta:
    """The time left at `now`: the whole duration before the start, zero once the attempt is over."""
    if timeline.started_at is None:
        return timeline.duration
    if not accepts_uploads(timeline, now=now):
        return timedelta()
    return timeline.started_at + timeline.duration + sum(timeline.credits, timedelta()) - now


def decided_at(timeline: Timeline, *, now: datetime) -> datetime | None:
    """The instant that the decision bears, once it is due: the finish or the deadline, whichever ended the attempt."""
    return timeline.closes_at if phase(timeline, now=now) is Phase.DECIDED else None
