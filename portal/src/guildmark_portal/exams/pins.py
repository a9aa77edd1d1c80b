"""A candidate chooses which submission of a category counts, and may take that back, while the clock runs."""

from datetime import datetime

from django.db import transaction

from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import locked, require_running
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.facts import pinned, score_of, submissions
from guildmark_portal.exams.models import Attempt, Pin, Submission
from guildmark_portal.exams.refusals import NotPinnable, UnknownCategory


@transaction.atomic
def pin(*, attempt: Attempt, category: str, submission: Submission | None, now: datetime) -> Pin | None:
    """Let `submission` count in `category`, whatever else is submitted; None leaves it to the exam's rule again.

    What is pinned already stays as it is. Raises `NotPinnable` for a submission without a score or of another category,
    `AttemptClosed` once the time is up.
    """
    fresh = locked(attempt)
    require_running(fresh, now=now)
    if category not in fresh.exam_version.bank.exam.weights:
        raise UnknownCategory
    mine = {one.pk: one for one in submissions(fresh) if one.category == category}
    if submission is not None and (submission.pk not in mine or score_of(mine[submission.pk]) is None):
        raise NotPinnable
    chosen = None if submission is None else str(submission.pk)
    if pinned(fresh).get(category) == chosen:
        return None
    made = Pin.objects.create(attempt=fresh, category=category, submission=submission, pinned_at=now)
    audit.record(
        actor=fresh.user, action="submission.pinned", subject=fresh, detail={"category": category, "submission": chosen}
    )
    announce(fresh.pk)
    return made
