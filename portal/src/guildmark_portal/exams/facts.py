"""What the rows of one attempt amount to: its timeline, and what counts so far. Computed, never stored."""

from collections import defaultdict
from datetime import timedelta

from guildmark.rules import counting as rules
from guildmark.rules.attempt import Timeline
from guildmark.rules.counting import Entry
from guildmark_portal.exams import keyring
from guildmark_portal.exams.drawing import Drawn, draw
from guildmark_portal.exams.models import Attempt, Submission, Upload


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


def timeline(attempt: Attempt) -> Timeline:
    """The facts of an attempt as the rules take them."""
    exam = attempt.exam_version.bank.exam
    return Timeline(
        duration=timedelta(minutes=exam.duration_minutes),
        grace=timedelta(minutes=exam.grace_minutes),
        prepared_at=attempt.prepared_at,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        credits=tuple(timedelta(seconds=credit.seconds) for credit in attempt.credits.all()),
        open_uploads=tuple(upload.opened_at for upload in open_uploads(attempt)),
        pending_reports=sum(submission.report is None for submission in submissions(attempt)),
        ended_at=attempt.ended_at,
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
