"""Files that wait to be graded, as far as they tell whether grading works.

Of each attempt only the first in line tells something: what waits behind its own others, or beyond its share of an hour, may
wait long without a fault of ours. A file behind which a later one was graded tells nothing of grading either, but of itself:
no file that brings the grader down again and again can make time stand still for everybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from guildmark.rules.outage import goes_on, stalled_since
from guildmark_portal.exams.models import Report
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.queries import unfinished

GRADE: Final = "grade"
LONGEST_GRADE: Final = timedelta(minutes=5)
"""Longer than the grading of one file takes: only after it, and without a grade, does a service that says nothing hang."""


def first_in_line(jobs: QuerySet[Job]) -> list[Job]:
    """Those of `jobs` whose files tell whether grading works, the one that waits longest first."""
    waiting = list(jobs)
    newest = _graded().select_related("submission").first() if waiting else None
    return waiting if newest is None else [job for job in waiting if job.created_at > newest.submission.received_at]


def failing_since() -> datetime | None:
    """Since when a file waits whose grading failed already; None while grading works."""
    failed = first_in_line(_waiting().exclude(last_error=""))
    return failed[0].created_at if failed else None


def _waiting() -> QuerySet[Job]:
    return unfinished(kind=GRADE, priority=0).order_by("created_at")


def _graded() -> QuerySet[Report]:
    """First reports of the grader itself, the newest first. Bytes that were known already took it no time."""
    return Report.objects.filter(regrade=None).exclude(timings_ms={}).order_by("-pk")


@dataclass(frozen=True)
class Grading:
    """What one look at grading found: since when a file waits, when one was graded last, and what is being tried."""

    waiting_since: datetime | None
    graded_at: datetime | None
    is_busy: bool

    @classmethod
    def seen(cls) -> "Grading":
        """As it is now."""
        waiting, newest = first_in_line(_waiting()), _graded().first()
        return cls(
            waiting_since=waiting[0].created_at if waiting else None,
            graded_at=None if newest is None else newest.recorded_at,
            is_busy=any(job.claim for job in waiting) and not any(job.last_error for job in waiting),
        )

    def stalled_since(self, *, now: datetime, after: timedelta) -> datetime | None:
        """Since when it stands still, if that is an outage. A file that is being graded has the time that a grade may take."""
        patience = after + LONGEST_GRADE if self.is_busy else after
        return stalled_since(self.waiting_since, graded_at=self.graded_at, now=now, after=patience)

    def goes_on(self, began_at: datetime) -> bool:
        """Whether the outage that began then is not over."""
        return goes_on(began_at, waiting_since=self.waiting_since, graded_at=self.graded_at)
