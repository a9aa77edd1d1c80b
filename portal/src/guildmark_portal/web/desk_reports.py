"""The submissions of an attempt as the desk shows them: their reports side by side, each with the forms of what can be done."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.forms import Form

from guildmark.packs.model import text_in
from guildmark.rules.wording import describe
from guildmark_portal.exams.facts import pinned, submissions
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Regrade, Report, Submission
from guildmark_portal.exams.results import Reached, metric_view
from guildmark_portal.web import wording
from guildmark_portal.web.desk_forms import RegradeForm, RulingForm

REGRADE: Final = "regrade-{}"
RULING: Final = "ruling-{}"


@dataclass(frozen=True)
class Tried:
    """What was entered and is not done: its form, `at` the place of it, and what the result would become, if that is asked."""

    form: Form
    at: str
    becomes: tuple[Reached, Reached] | None = None


@dataclass(frozen=True)
class ReportShown:
    """A report beside the others of its submission. `reason` says why there was a regrade, if it came of one."""

    report: Report
    verdict: wording.Saying
    metric: str
    message: str
    stands: bool
    form: Form
    tried: Tried | None


@dataclass(frozen=True)
class SubmissionShown:
    """A submission with all its reports, the first one first; `awaits` is a regrade that is under way.

    `said` is what the score, where there is one, does not say.
    """

    submission: Submission
    reports: list[ReportShown]
    counts: bool
    is_pinned: bool
    awaits: Regrade | None
    form: Form
    tried: Tried | None

    @property
    def is_open(self) -> bool:
        """Whether its details are shown at once."""
        return self.awaits is not None or self.tried is not None or any(one.tried is not None for one in self.reports)

    @property
    def is_graded_now(self) -> bool:
        """Whether a report is on its way."""
        return self.awaits is not None or self.submission.report is None

    @property
    def said(self) -> wording.Saying | None:
        """What it waits for, else why it has no score."""
        stands = self.submission.report
        if stands is None:
            return wording.QUEUED
        if self.awaits is not None:
            return wording.GRADED_AGAIN
        return None if stands.score is not None else wording.of_verdict(stands.verdict)


Category = tuple[int, str, list[SubmissionShown]]


def by_category(attempt: Attempt, counted: set[UUID], tried: Tried | None) -> list[Category]:
    """Every category with its number, its title and what was submitted in it."""
    chosen, every = pinned(attempt), submissions(attempt)
    return [
        (
            category.number,
            text_in(category.title, current()),
            [
                _shown(one, counts=one.pk in counted, is_pinned=str(one.pk) == chosen.get(category.id), tried=tried)
                for one in every
                if one.category == category.id
            ],
        )
        for category in attempt.exam_version.bank.exam.categories
    ]


def _shown(submission: Submission, *, counts: bool, is_pinned: bool, tried: Tried | None) -> SubmissionShown:
    stands, place = submission.report, REGRADE.format(submission.pk)
    reports = sorted(submission.reports.all(), key=lambda report: (report.recorded_at, report.pk))
    regraded = {report.regrade_id for report in reports}
    mine = tried if tried is not None and tried.at == place else None
    return SubmissionShown(
        submission=submission,
        reports=[_report(one, stands, tried) for one in reports],
        counts=counts,
        is_pinned=is_pinned,
        awaits=next((one for one in submission.regrades.all() if one.pk not in regraded), None),
        form=RegradeForm(auto_id=f"{place}-%s", initial={"submission": submission.pk}) if mine is None else mine.form,
        tried=mine,
    )


def _report(report: Report, stands: Report | None, tried: Tried | None) -> ReportShown:
    measured, place = metric_view(report), RULING.format(report.pk)
    mine = tried if tried is not None and tried.at == place else None
    return ReportShown(
        report=report,
        verdict=wording.of_verdict(report.verdict),
        metric="" if measured is None else wording.metric(measured),
        message=describe(report.reason, report.params),
        stands=report == stands,
        form=RulingForm(auto_id=f"{place}-%s", initial={"report": report.pk}) if mine is None else mine.form,
        tried=mine,
    )
