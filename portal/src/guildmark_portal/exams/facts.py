"""What the rows of one attempt amount to: its timeline, what counts, and the outcome. Computed, never stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from guildmark.rules.attempt import Timeline
from guildmark.rules.scoring import is_pass, weighted_total
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
    return tuple(attempt.submissions.prefetch_related("reports"))


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
    )


def counting(accepted: Iterable[Submission]) -> dict[str, Submission]:
    """The submission that counts, by category: the highest score, and of equals the earliest."""
    best: dict[str, Submission] = {}
    for submission in sorted(accepted, key=lambda s: (s.received_at, str(s.pk))):
        score = score_of(submission)
        if score is None:
            continue
        standing = best.get(submission.category)
        if standing is None or score > (score_of(standing) or 0):
            best[submission.category] = submission
    return best


def score_of(submission: Submission) -> int | None:
    """The score of a graded submission; None while it waits, and for a file that could not be graded."""
    report = submission.report
    return None if report is None else report.score


@dataclass(frozen=True)
class Outcome:
    """What the scores so far amount to. `points` are exact to a tenth."""

    scores: Mapping[str, int]
    points: float
    passed: bool


def outcome(attempt: Attempt) -> Outcome:
    """What the scores so far amount to under the exam's pass rule; a category without a score counts zero."""
    exam = attempt.exam_version.bank.exam
    best = counting(submissions(attempt))
    scores = {category: score_of(submission) or 0 for category, submission in best.items()}
    return Outcome(
        scores=scores,
        points=float(weighted_total(scores, exam.weights)),
        passed=is_pass(scores, exam.weights, exam.pass_rule, exam.pass_mark),
    )


def drawn(attempt: Attempt, category: str) -> Drawn:
    """The form and variant that the attempt drew in `category`. Raises `KeyError` if the exam has no such category."""
    return draw(attempt.exam_version.bank, secret=keyring.master_secret(), attempt=attempt.pk, category=category)
