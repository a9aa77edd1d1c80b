"""What an attempt's owner may know of it, composed for the API and for pages, in the active language.

Everything follows from the facts and from `now`: no answer here depends on a job having run. Only the certificate's
address appears when it is issued, moments after the decision.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from guildmark.packs.bundle import iter_zip
from guildmark.packs.model import CategorySpec, TaskSpec, text_in
from guildmark.protocol import (
    AttemptState,
    CategoryState,
    ReportView,
    Result,
    SubmissionPhase,
    SubmissionState,
    TaskView,
)
from guildmark.rules.attempt import Phase, Timeline, accepts_bytes, decided_at, phase, time_left
from guildmark.rules.wording import describe
from guildmark_portal.credentials import services as credentials
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.exams import storage
from guildmark_portal.exams.facts import drawn, open_uploads, pinned, submissions, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Report, Submission
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.readiness import open_upload_view
from guildmark_portal.exams.receipts import receipt_of
from guildmark_portal.exams.results import Counted, category_results, metric_view, result_of
from guildmark_portal.exams.uploads import GRADE
from guildmark_portal.jobs import queries as jobs


def attempt_state(attempt: Attempt, *, now: datetime) -> AttemptState:
    """Everything that the owner of `attempt` may know at `now`; of the tasks nothing before the clock runs."""
    facts, exam, language = timeline(attempt), attempt.exam_version.bank.exam, current()
    stands = phase(facts, now=now)
    counted, places = result_of(attempt).counted, _places(submissions(attempt))
    return AttemptState(
        id=str(attempt.pk),
        program=attempt.program.slug,
        exam_title=text_in(exam.title, language),
        exam_version=attempt.exam_version.version,
        kind=attempt.program.exam_kind,
        framework=exam.framework,
        phase=stands,
        server_time=now,
        duration_s=int(facts.duration.total_seconds()),
        time_left_s=time_left(facts, now=now).total_seconds(),
        prepared_at=facts.prepared_at,
        started_at=facts.started_at,
        deadline=facts.deadline,
        finished_at=facts.finished_at,
        pass_rule=exam.pass_rule,
        pass_mark=exam.pass_mark,
        counts=exam.counts,
        categories=tuple(
            _category(attempt, facts, category, counted.get(category.id), places, now=now) for category in exam.categories
        ),
        result=_result(attempt, facts, now=now) if stands is Phase.DECIDED else None,
    )


def _category(  # noqa: PLR0913 - what a category is made of
    attempt: Attempt,
    facts: Timeline,
    category: CategorySpec,
    counted: Counted | None,
    places: Mapping[str, int],
    *,
    now: datetime,
) -> CategoryState:
    waiting = [
        upload
        for upload in open_uploads(attempt)
        if upload.category == category.id and accepts_bytes(facts, opened_at=upload.opened_at, now=now)
    ]
    return CategoryState(
        id=category.id,
        number=category.number,
        title=text_in(category.title, current()),
        weight=category.weight,
        best_score=None if counted is None else counted.score,
        counting=None if counted is None else str(counted.submission.pk),
        task=_task(attempt, category.id) if attempt.started_at is not None else None,
        open_upload=open_upload_view(waiting[0]) if waiting else None,
        submissions=tuple(
            _submission(attempt, submission, places, counts=counted is not None and submission == counted.submission)
            for submission in submissions(attempt)
            if submission.category == category.id
        ),
    )


def _task(attempt: Attempt, category: str) -> TaskView:
    chosen, language = drawn(attempt, category), current()
    task = chosen.form.task
    return TaskView(
        form=task.id,
        title=text_in(task.title, language),
        instructions=_instructions(chosen.entry.public.sha256, language),
        hints=tuple(text_in(tip, language) for tip in task.tips),
        contract=task.contract,
        metric=task.metric.name,
        unit=task.metric.unit,
        bands=task.bands,
    )


@lru_cache(maxsize=256)
def _instructions(archive: str, language: str) -> str:
    files = {str(path): content for path, content in iter_zip(storage.public_archive(archive).read_bytes())}
    return files.get(f"instructions.{language}.md", files["instructions.en.md"]).decode()


def submission_state(submission: Submission, *, now: datetime) -> SubmissionState:  # noqa: ARG001 - as `attempt_state`
    """A submission, and what became of it."""
    attempt = attempt_with(submission.attempt_id)
    fresh = next(one for one in submissions(attempt) if one.pk == submission.pk)
    counted = result_of(attempt).counted.get(fresh.category)
    return _submission(attempt, fresh, _places([fresh]), counts=counted is not None and fresh == counted.submission)


def _places(accepted: Iterable[Submission]) -> Mapping[str, int]:
    """The place in the queue of every submission that waits, by its id; one that is being graded has none."""
    return jobs.places(kind=GRADE, keys={str(submission.pk) for submission in accepted if submission.report is None})


def _submission(attempt: Attempt, submission: Submission, places: Mapping[str, int], *, counts: bool) -> SubmissionState:
    report, position = submission.report, places.get(str(submission.pk))
    ungraded = SubmissionPhase.GRADING if position is None else SubmissionPhase.QUEUED
    return SubmissionState(
        id=str(submission.pk),
        category=submission.category,
        file_name=submission.file_name,
        sha256=submission.sha256,
        size=submission.size,
        received_at=submission.received_at,
        phase=ungraded if report is None else SubmissionPhase.GRADED,
        queue_position=position,
        report=None if report is None else report_view(report, drawn(attempt, submission.category).form.task),
        counts=counts,
        pinned=pinned(attempt).get(submission.category) == str(submission.pk),
        receipt=receipt_of(submission),
    )


def report_view(report: Report, task: TaskSpec) -> ReportView:
    """A report as the candidate reads it."""
    return ReportView(
        verdict=report.verdict,
        score=report.score,
        metric=metric_view(report),
        next_threshold=report.next_threshold,
        reason=report.reason,
        params=report.params,
        message=describe(report.reason, report.params, _),
        hint=None if report.score is None else task.hint_for(report.score, current()),
    )


def _result(attempt: Attempt, facts: Timeline, *, now: datetime) -> Result:
    exam, reached, certificate = attempt.exam_version.bank.exam, result_of(attempt), certificate_of(attempt)
    return Result(
        passed=reached.passed,
        points=reached.points,
        points_possible=sum(exam.weights.values()),
        pass_rule=exam.pass_rule,
        pass_mark=exam.pass_mark,
        decided_at=decided_at(facts, now=now) or now,
        categories=category_results(attempt, language=current()),
        certificate=None if certificate is None else certificate.identifier,
        certificate_url=None if certificate is None else credentials.address(certificate.identifier),
    )
