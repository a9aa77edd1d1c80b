"""What an attempt amounts to: so far while it goes on, and as it was written down from the decision on.

A decision keeps which report of which submission counted in each category, and so does every revision of it: a report that
comes later changes nothing that was said, unless a revision says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from guildmark.packs.model import CategorySpec, text_in
from guildmark.protocol import CategoryResult, MetricView
from guildmark.rules.scoring import MAX_SCORE, is_pass, weighted_total
from guildmark_portal.exams.facts import counting, submissions
from guildmark_portal.exams.models import Attempt, Decision, Report, Revision, Submission


@dataclass(frozen=True)
class Counted:
    """A submission that counts, with the report that its score is from."""

    submission: Submission
    report: Report

    @property
    def score(self) -> int:
        """The score of the category."""
        return self.report.score or 0

    @property
    def written(self) -> dict[str, Any]:
        """As a decision keeps it."""
        return {"submission": str(self.submission.pk), "report": self.report.pk, "score": self.score}


@dataclass(frozen=True)
class Reached:
    """What counts, by category, and what it amounts to. `points` are exact to a tenth."""

    counted: Mapping[str, Counted]
    points: float
    passed: bool

    @property
    def written(self) -> dict[str, Any]:
        """The fields of a decision or a revision."""
        counted = {category: one.written for category, one in self.counted.items()}
        return {"counted": counted, "points": self.points, "passed": self.passed}


def result_of(attempt: Attempt) -> Reached:
    """The newest revision, or else the decision as it was written down; before there is one, what the scores make so far."""
    written = _written(attempt)
    if written is None:
        return so_far(attempt)
    return Reached(counted=_read(attempt, written), points=float(written.points), passed=written.passed)


def so_far(attempt: Attempt) -> Reached:
    """What the reports make of the attempt under the exam's pass rule; a category without a score counts zero."""
    chosen = counting(attempt)
    return _reached(attempt, {c: Counted(one, one.report) for c, one in chosen.items() if one.report is not None})


def raised(attempt: Attempt) -> Reached | None:
    """What reports that came after the decision make of it: a category rises or stays. None where none rises."""
    stands = result_of(attempt).counted
    higher = {
        category: found
        for category, found in so_far(attempt).counted.items()
        if found.score > (stands[category].score if category in stands else 0)
    }
    return _reached(attempt, {**stands, **higher}) if higher else None


def ruled(attempt: Attempt, category: str) -> Reached:
    """The result with what a ruling in `category` makes of that category, be it less; the others stay."""
    stands, found = result_of(attempt).counted, so_far(attempt).counted
    others = {other: counted for other, counted in stands.items() if other != category}
    return _reached(attempt, {**others, category: found[category]} if category in found else others)


def _reached(attempt: Attempt, counted: Mapping[str, Counted]) -> Reached:
    exam, scores = attempt.exam_version.bank.exam, {category: one.score for category, one in counted.items()}
    return Reached(
        counted=counted,
        points=float(weighted_total(scores, exam.weights)),
        passed=is_pass(scores, exam.weights, exam.pass_rule, exam.pass_mark),
    )


def _written(attempt: Attempt) -> Decision | Revision | None:
    decision: Decision | None = getattr(attempt, "decision", None)
    if decision is None:
        return None
    newest: Decision | Revision = decision
    for revision in decision.revisions.all():  # in their order
        newest = revision
    return newest


def _read(attempt: Attempt, written: Decision | Revision) -> Mapping[str, Counted]:
    accepted = {str(submission.pk): submission for submission in submissions(attempt)}
    return {category: _counted(accepted[kept["submission"]], kept["report"]) for category, kept in written.counted.items()}


def _counted(submission: Submission, report: int) -> Counted:
    return Counted(submission, next(one for one in submission.reports.all() if one.pk == report))


def category_results(attempt: Attempt, *, language: str) -> tuple[CategoryResult, ...]:
    """Each category as it counts; nothing submitted, or nothing graded, is zero."""
    counted = result_of(attempt).counted
    handed_in = {submission.category for submission in submissions(attempt)}
    return tuple(
        _result(category, counted.get(category.id), submitted=category.id in handed_in, language=language)
        for category in attempt.exam_version.bank.exam.categories
    )


def _result(category: CategorySpec, counted: Counted | None, *, submitted: bool, language: str) -> CategoryResult:
    score = 0 if counted is None else counted.score
    return CategoryResult(
        id=category.id,
        number=category.number,
        title=text_in(category.title, language),
        weight=category.weight,
        score=score,
        points=float(Fraction(category.weight * score, MAX_SCORE)),
        metric=None if counted is None else metric_view(counted.report),
        submitted=submitted,
    )


def metric_view(report: Report | None) -> MetricView | None:
    """The metric of a report, if it has one."""
    if report is None or report.metric_value is None:
        return None
    return MetricView(name=report.metric_name, value=report.metric_value, unit=report.metric_unit)
