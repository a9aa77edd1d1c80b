"""The itemised result: every category with its score, points and metric."""

from fractions import Fraction

from guildmark.packs.model import CategorySpec, text_in
from guildmark.protocol import CategoryResult, MetricView
from guildmark.rules.scoring import MAX_SCORE
from guildmark_portal.exams.facts import counting, score_of, submissions
from guildmark_portal.exams.models import Attempt, Report, Submission


def category_results(attempt: Attempt, *, language: str) -> tuple[CategoryResult, ...]:
    """Each category as it counts; nothing submitted, or nothing graded, is zero."""
    accepted = submissions(attempt)
    best = counting(accepted)
    handed_in = {submission.category for submission in accepted}
    return tuple(
        _result(category, best.get(category.id), submitted=category.id in handed_in, language=language)
        for category in attempt.exam_version.bank.exam.categories
    )


def _result(category: CategorySpec, best: Submission | None, *, submitted: bool, language: str) -> CategoryResult:
    score = 0 if best is None else score_of(best) or 0
    return CategoryResult(
        id=category.id,
        number=category.number,
        title=text_in(category.title, language),
        weight=category.weight,
        score=score,
        points=float(Fraction(category.weight * score, MAX_SCORE)),
        metric=None if best is None else metric_view(best.report),
        submitted=submitted,
    )


def metric_view(report: Report | None) -> MetricView | None:
    """The metric of a report, if it has one."""
    if report is None or report.metric_value is None:
        return None
    return MetricView(name=report.metric_name, value=report.metric_value, unit=report.metric_unit)
