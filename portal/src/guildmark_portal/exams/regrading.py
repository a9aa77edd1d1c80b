"""Grading a submission once more, and an examiner's ruling on which of its reports stands.

A regrade only adds a report: the rules let it raise the score, never lower it. Only a ruling, which says why, may lower one.
What follows for a result that was decided already is written by `engine.deciding`.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from guildmark_portal.audit import services as audit
from guildmark_portal.exams import storage
from guildmark_portal.exams.attempts import locked
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.facts import submissions
from guildmark_portal.exams.models import Regrade, Report, Ruling, Submission
from guildmark_portal.exams.refusals import NotRegradable
from guildmark_portal.exams.uploads import GRADE
from guildmark_portal.jobs import services as jobs

_BEHIND_FIRST_GRADES = -1


@transaction.atomic
def order_regrade(
    *, submission: Submission, reason: str, actor: AbstractBaseUser | str, now: datetime, once: str = ""
) -> Regrade:
    """Have the file graded once more; with a regrade under way, or the `once` of an earlier call, that one is answered.

    Raises `NotRegradable` while the first grading is out, and where the file is kept no longer.
    """
    attempt = locked(submission.attempt)
    under_way = Regrade.objects.filter(submission=submission, report=None).first()
    if under_way is not None:
        return under_way
    done = audit.done_before(action="submission.regraded", subject=submission, once=once)
    if done is not None:
        return Regrade.objects.get(pk=done.detail["regrade"])
    graded = Report.objects.filter(submission=submission).exists()
    if not graded or not storage.submitted(attempt.pk, submission.sha256).exists():
        raise NotRegradable
    regrade = Regrade.objects.create(submission=submission, reason=reason, ordered_at=now)
    jobs.enqueue(
        kind=GRADE,
        key=f"{submission.pk}:{regrade.pk}",
        payload={"submission": str(submission.pk), "regrade": regrade.pk},
        run_at=now,
        priority=_BEHIND_FIRST_GRADES,
    )
    detail = {"regrade": regrade.pk, **({"once": once} if once else {})}
    audit.record(actor=actor, action="submission.regraded", subject=submission, detail=detail)
    return regrade


@transaction.atomic
def rule_on(*, report: Report, reason: str, actor: AbstractBaseUser | str, now: datetime, once: str = "") -> Ruling:
    """Let `report` stand for its submission. Whoever calls revises the decision in the same transaction, if there is one."""
    submission = report.submission
    attempt = locked(submission.attempt)
    before = next(one for one in submissions(attempt) if one.pk == submission.pk).report
    ruling = Ruling.objects.create(submission=submission, report=report, reason=reason, ruled_at=now)
    audit.record(
        actor=actor,
        action="submission.ruled",
        subject=submission,
        detail={
            "ruling": ruling.pk,
            "report": report.pk,
            "score": report.score,
            "score_before": None if before is None else before.score,
            **({"once": once} if once else {}),
        },
    )
    announce(attempt.pk)
    return ruling


def ruling_of(*, submission: Submission, once: str) -> Ruling | None:
    """The ruling that a form with this key made already; asked within the transaction that would rule."""
    done = audit.done_before(action="submission.ruled", subject=submission, once=once)
    return None if done is None else Ruling.objects.get(pk=done.detail["ruling"])
