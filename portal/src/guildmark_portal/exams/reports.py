"""What the grader found is recorded once; whoever waits is told at once."""

from datetime import datetime

from django.db import transaction

from guildmark.protocol import GradeReport, MetricValue
from guildmark.rules.attempt import accepts_uploads
from guildmark.rules.regrade import Graded, standing
from guildmark.rules.verdict import Verdict
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import enqueue_decision
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.facts import exam_clock
from guildmark_portal.exams.models import Attempt, Regrade, Report, Submission

_DECIDED_BY_THE_FILE = [verdict.value for verdict in (Verdict.GRADED, Verdict.REJECTED, Verdict.FAILED)]


def found_before(submission: Submission) -> GradeReport | None:
    """What was found in the same bytes in the same category of this attempt: they get the same report again, at once.

    Only where the file alone decided it: running out of time or memory may have been the host's doing.
    """
    earlier = {
        report.pk: report
        for report in Report.objects.filter(
            submission__attempt=submission.attempt_id,
            submission__category=submission.category,
            submission__sha256=submission.sha256,
            verdict__in=_DECIDED_BY_THE_FILE,
        ).exclude(submission=submission)
    }
    stands = standing([Graded(pk, report.score, report.recorded_at) for pk, report in earlier.items()])
    return None if stands is None else _told(earlier[stands.id])


def _told(earlier: Report) -> GradeReport:
    metric = None
    if earlier.metric_value is not None:
        metric = MetricValue(name=earlier.metric_name, value=earlier.metric_value, unit=earlier.metric_unit)
    return GradeReport(
        verdict=Verdict(earlier.verdict),
        score=earlier.score,
        metric=metric,
        next_threshold=earlier.next_threshold,
        reason=earlier.reason,
        params=earlier.params,
        grader_digest=earlier.grader_digest,
        timings_ms={},
    )


@transaction.atomic
def record_report(*, submission: Submission, report: GradeReport, now: datetime, regrade: Regrade | None = None) -> Report:
    """Record `report`, or answer the one that this grader gave before, for `regrade` if it came of one.

    Raises `ValueError` for a fault of ours.
    """
    if report.verdict.is_ours:
        raise ValueError("a fault of ours is tried again, never recorded")
    metric = report.metric
    once = {"grader_digest": report.grader_digest} if regrade is None else {}
    recorded, is_new = Report.objects.get_or_create(
        submission=submission,
        regrade=regrade,
        **once,
        defaults={
            "grader_digest": report.grader_digest,
            "verdict": report.verdict.value,
            "score": report.score,
            "metric_name": "" if metric is None else metric.name,
            "metric_value": None if metric is None else metric.value,
            "metric_unit": "" if metric is None else metric.unit,
            "next_threshold": report.next_threshold,
            "reason": report.reason,
            "params": report.params,
            "timings_ms": report.timings_ms,
            "recorded_at": now,
        },
    )
    if is_new:
        audit.record(
            actor="grader",
            action="report.recorded",
            subject=submission,
            detail={
                "verdict": recorded.verdict,
                "score": recorded.score,
                "grader_digest": recorded.grader_digest,
                **({} if regrade is None else {"regrade": regrade.pk}),
            },
        )
        attempt = Attempt.objects.select_related("exam_version").get(pk=submission.attempt_id)
        if not accepts_uploads(exam_clock(attempt), now=now):
            enqueue_decision(attempt, run_at=now)
        announce(submission.attempt_id)
    return recorded
