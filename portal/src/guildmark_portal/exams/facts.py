"""What the rows of one attempt amount to: its timeline, and what counts so far. Computed, never stored."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from guildmark.rules import counting as rules
from guildmark.rules.attempt import ExamClock, Timeline
from guildmark.rules.counting import Entry
from guildmark.rules.outage import Span, counts_from
from guildmark_portal.exams import keyring, waiting
from guildmark_portal.exams.drawing import Drawn, draw
from guildmark_portal.exams.models import Attempt, Credit, Extends, Outage, OutageKind, Submission, Upload

_MEASURED: Final = (OutageKind.PORTAL.value, OutageKind.GRADING.value)


def open_uploads(attempt: Attempt) -> tuple[Upload, ...]:
    """The uploads that are neither complete nor abandoned."""
    if hasattr(attempt, "open_uploads"):
        return tuple(attempt.open_uploads)
    return tuple(attempt.uploads.filter(completed_at=None, abandoned_at=None))


def submissions(attempt: Attempt) -> tuple[Submission, ...]:
    """Everything that was accepted, the newest first, with its reports."""
    if "submissions" in getattr(attempt, "_prefetched_objects_cache", {}):
        return tuple(attempt.submissions.all())
    return tuple(attempt.submissions.prefetch_related("reports", "rulings"))


def credits_of(attempt: Attempt) -> tuple[Credit, ...]:
    """The time that was added, each with its outage."""
    if "credits" in getattr(attempt, "_prefetched_objects_cache", {}):
        return tuple(attempt.credits.all())
    return tuple(attempt.credits.select_related("outage"))


def given_back(granted: Iterable[Credit]) -> list[Span]:
    """The outages that were credited."""
    outages = [credit.outage for credit in granted if credit.outage is not None]
    return [Span(one.began_at, one.ended_at) for one in outages if one.ended_at is not None]


def exam_clock(attempt: Attempt) -> ExamClock:
    """What the time of an attempt hangs on, as the rules take it; nothing that was handed in is read."""
    exam, granted = attempt.exam_version.bank.exam, credits_of(attempt)
    added: dict[str, list[timedelta]] = {what.value: [] for what in Extends}
    for credit in granted:
        added[credit.extends].append(timedelta(seconds=credit.seconds))
    outage, outage_since = _uncredited(attempt, granted), None
    if outage is not None and attempt.started_at is not None:
        outage_since = counts_from(outage.began_at, started_at=attempt.started_at, before=given_back(granted))
    return ExamClock(
        duration=timedelta(minutes=exam.duration_minutes),
        grace=timedelta(minutes=exam.grace_minutes),
        prepared_at=attempt.prepared_at,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        credits=tuple(added[Extends.DEADLINE.value]),
        outage_since=outage_since,
        outage_until=None if outage is None else outage.ended_at,
        ended_at=attempt.ended_at,
        grace_credits=tuple(added[Extends.GRACE.value]),
    )


def _uncredited(attempt: Attempt, granted: Iterable[Credit]) -> Outage | None:
    """The measured outage that this attempt has no credit for yet; of a clock that runs."""
    if not _runs(attempt):
        return None
    credited = {credit.outage_id for credit in granted}
    pending = Outage.objects.filter(credited_at=None, kind__in=_MEASURED).order_by("began_at")
    return next((one for one in pending if one.pk not in credited), None)


def _runs(attempt: Attempt) -> bool:
    return attempt.started_at is not None and attempt.finished_at is None and attempt.ended_at is None


def timeline(attempt: Attempt) -> Timeline:
    """All facts of an attempt as the rules take them."""
    return Timeline(
        **vars(exam_clock(attempt)),
        open_uploads=tuple(upload.opened_at for upload in open_uploads(attempt)),
        pending_reports=sum(submission.report is None for submission in submissions(attempt)),
        failing_since=waiting.failing_since() if _runs(attempt) else None,
    )


def counting(attempt: Attempt) -> dict[str, Submission]:
    """The submission that counts so far, by category: the pinned one, else as the exam's rule chooses."""
    exam, pins = attempt.exam_version.bank.exam, pinned(attempt)
    by_category = defaultdict[str, dict[str, Submission]](dict)
    for submission in submissions(attempt):
        by_category[submission.category][str(submission.pk)] = submission
    chosen = {}
    for category, mine in by_category.items():
        entries = [Entry(identifier, one.received_at, score_of(one)) for identifier, one in mine.items()]
        entry = rules.counting(entries, policy=exam.counts, pinned=pins.get(category))
        if entry is not None:
            chosen[category] = mine[entry.id]
    return chosen


def pinned(attempt: Attempt) -> dict[str, str | None]:
    """The id of the submission that is pinned, by category; None where a pin was taken back."""
    return {
        pin.category: None if pin.submission_id is None else str(pin.submission_id)
        for pin in attempt.pins.all()  # in their order: the newest holds
    }


def score_of(submission: Submission) -> int | None:
    """The score of a graded submission; None while it waits, and for a file that could not be graded."""
    report = submission.report
    return None if report is None else report.score


def drawn(attempt: Attempt, category: str) -> Drawn:
    """The form and variant that the attempt drew in `category`. Raises `KeyError` if the exam has no such category."""
    return draw(attempt.exam_version.bank, secret=keyring.master_secret(), attempt=attempt.pk, category=category)
