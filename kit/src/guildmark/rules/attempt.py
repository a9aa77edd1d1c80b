"""One attempt at an exam, computed from what happened to it.

Nothing here is stored as a status: a deadline that nobody watched has still passed. The clock starts at `started_at`, runs
on the server, and cannot be paused; credits (for outages of ours, or granted accommodations) move the deadline. Once the
end of an attempt is written down, nothing moves it any more: `ended_at` is a fact, and what comes later changes no phase.

While an outage of ours is open, the time left stands still, and nothing is decided but what its candidate finished. The credit
that is written when the outage is over is as long as it was, so that nothing jumps. One that began in the grace moves the last
byte alone. While grading fails and nobody knows yet whether that is an outage, nothing is decided either.

An upload counts if its opening was accepted strictly before the deadline and its bytes were complete at or before the
deadline plus the grace. When it is graded does not matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class Phase(str, Enum):
    """Where an attempt stands."""

    REGISTERED = "registered"
    PREPARED = "prepared"
    RUNNING = "running"
    GRADING = "grading"
    DECIDED = "decided"

    @property
    def is_over(self) -> bool:
        """Whether the exam has ended: by the candidate's word, or by its time."""
        return self in (Phase.GRADING, Phase.DECIDED)


@dataclass(frozen=True)
class ExamClock:
    """What the time of an attempt hangs on, whatever was handed in. All instants are timezone-aware.

    `outage_since` is when an outage of ours began that is not credited yet, and `outage_until` when it ended, if it did;
    `ended_at` is the end as it was written down with the decision. `grace_credits` are for outages in the grace.
    """

    duration: timedelta
    grace: timedelta
    prepared_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    credits: tuple[timedelta, ...] = ()
    outage_since: datetime | None = None
    outage_until: datetime | None = None
    ended_at: datetime | None = None
    grace_credits: tuple[timedelta, ...] = ()

    @property
    def deadline(self) -> datetime | None:
        """The instant at which the time is up if no outage is open, or None before the start."""
        if self.started_at is None:
            return None
        return self.started_at + self.duration + sum(self.credits, timedelta())

    @property
    def last_byte_at(self) -> datetime | None:
        """The last instant at which bytes of an upload that was opened in time are taken if no outage is open."""
        return None if self.deadline is None else self.deadline + self.grace + sum(self.grace_credits, timedelta())

    @property
    def closes_at(self) -> datetime | None:
        """When the attempt ends or ended: as it was written down, else the finish if it was finished, else the deadline."""
        if self.ended_at is not None:
            return self.ended_at
        return self.finished_at if self.finished_at is not None else self.deadline


@dataclass(frozen=True)
class Timeline(ExamClock):
    """All facts that the phase of an attempt hangs on.

    `open_uploads` are the opening times of uploads that are neither complete nor abandoned; `pending_reports` counts
    accepted submissions without a final report; `failing_since` is since when grading fails, too short a time yet to be an
    outage.
    """

    open_uploads: tuple[datetime, ...] = ()
    pending_reports: int = 0
    failing_since: datetime | None = None


def deadline_at(clock: ExamClock, *, now: datetime) -> datetime | None:
    """The deadline as it stands at `now`: an open outage that began before it has moved it by its length so far."""
    return _moved(clock, clock.deadline, now=now)


def last_byte_until(clock: ExamClock, *, now: datetime) -> datetime | None:
    """The last instant for bytes as it stands at `now`, moved like the deadline, and by an outage in the grace as well."""
    return _moved(clock, clock.last_byte_at, now=now)


def _moved(clock: ExamClock, due: datetime | None, *, now: datetime) -> datetime | None:
    since, until = clock.outage_since, clock.outage_until
    if due is None or since is None or clock.started_at is None or since >= due:
        return due
    reached = now if until is None else min(now, until)
    return due + max(reached - max(since, clock.started_at), timedelta())


def phase(timeline: Timeline, *, now: datetime) -> Phase:
    """The phase of an attempt at `now`."""
    if timeline.started_at is None:
        return Phase.REGISTERED if timeline.prepared_at is None else Phase.PREPARED
    if timeline.ended_at is not None:
        return Phase.DECIDED
    if accepts_uploads(timeline, now=now):
        return Phase.RUNNING
    waits_for_bytes = any(accepts_bytes(timeline, opened_at=opened_at, now=now) for opened_at in timeline.open_uploads)
    if waits_for_bytes or timeline.pending_reports or waits_for_us(timeline, now=now):
        return Phase.GRADING
    return Phase.DECIDED


def waits_for_us(timeline: Timeline, *, now: datetime) -> bool:
    """Whether a fault of ours holds the decision: an open outage, or grading that failed before the deadline and still does.

    Who finished gave their word before, and is not held.
    """
    if timeline.finished_at is not None or timeline.ended_at is not None:
        return False
    deadline, failing = deadline_at(timeline, now=now), timeline.failing_since
    return timeline.outage_since is not None or (deadline is not None and failing is not None and failing < deadline)


def accepts_uploads(clock: ExamClock, *, now: datetime) -> bool:
    """Whether a new upload may be opened at `now`: begun, neither finished nor ended, strictly before the deadline."""
    if clock.started_at is None or clock.finished_at is not None or clock.ended_at is not None:
        return False
    deadline = deadline_at(clock, now=now)
    return deadline is not None and now < deadline


def accepts_bytes(clock: ExamClock, *, opened_at: datetime, now: datetime) -> bool:
    """Whether bytes that arrive at `now` for an upload opened at `opened_at` still count."""
    deadline, last = deadline_at(clock, now=now), last_byte_until(clock, now=now)
    if deadline is None or last is None or clock.finished_at is not None or clock.ended_at is not None:
        return False
    return opened_at < deadline and now <= last


def time_left(clock: ExamClock, *, now: datetime) -> timedelta:
    """The time left at `now`: the whole duration before the start, zero once the attempt is over."""
    if clock.started_at is None:
        return clock.duration
    deadline = deadline_at(clock, now=now)
    return deadline - now if deadline is not None and accepts_uploads(clock, now=now) else timedelta()


def decided_at(timeline: Timeline, *, now: datetime) -> datetime | None:
    """The instant that the decision bears, once it is due: the finish or the deadline, whichever ended the attempt."""
    return timeline.closes_at if phase(timeline, now=now) is Phase.DECIDED else None
