"""What an attempt's owner may know of it, composed for the API and for pages, in the active language.

Everything follows from the facts and from `now`: no answer here depends on a job having run. Only the certificate's
address appears when it is issued, moments after the decision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from guildmark.i18n import _
from guildmark.packs.bundle import iter_zip
from guildmark.packs.model import CategorySpec, TaskSpec, text_in
from guildmark.protocol import (
    AttemptState,
    CategoryState,
    CreditView,
    ReportView,
    SubmissionPhase,
    SubmissionState,
    TaskView,
)
from guildmark.rules.attempt import Phase, Timeline, accepts_bytes, deadline_at, phase, time_left
from guildmark.rules.counting import Counts
from guildmark.rules.feedback import Feedback
from guildmark.rules.scoring import rounded
from guildmark.rules.wording import describe
from guildmark_portal.cohorts.sitting import seat_of
from guildmark_portal.engine.outcome import result_view
from guildmark_portal.exams import storage
from guildmark_portal.exams.accommodating import NOTHING, break_under_way, breaks_to_take, ends_at, extra_seconds, granted_to
from guildmark_portal.exams.facts import drawn, open_uploads, pinned, submissions, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Credit, Report, Submission
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.readiness import open_upload_view
from guildmark_portal.exams.receipts import receipt_of
from guildmark_portal.exams.results import Counted, metric_view, result_of
from guildmark_portal.exams.uploads import GRADE
from guildmark_portal.jobs import queries as jobs


@dataclass(frozen=True)
class _Sight:
    """One reading of an attempt: what counts, who waits at which place, and how much the exam tells so far."""

    attempt: Attempt
    counted: Mapping[str, Counted]
    places: Mapping[str, int]
    feedback: Feedback

    @classmethod
    def of(cls, attempt: Attempt, accepted: Iterable[Submission], *, stands: Phase) -> "_Sight":
        """Everything is told from the decision on."""
        feedback = Feedback.FULL if stands is Phase.DECIDED else attempt.exam_version.bank.exam.feedback
        return cls(attempt, result_of(attempt).counted, _places(accepted), feedback)

    def counting(self, category: str) -> Counted | None:
        """What counts in `category`, as far as its candidate may know: which one is best would tell scores."""
        counted, exam = self.counted.get(category), self.attempt.exam_version.bank.exam
        known = self.feedback.tells_score or exam.counts is Counts.LAST or self.pinned(category) is not None
        return counted if known else None

    def pinned(self, category: str) -> str | None:
        """The id of the submission that is pinned in `category`."""
        return pinned(self.attempt).get(category)


def attempt_state(attempt: Attempt, *, now: datetime) -> AttemptState:
    """Everything that the owner of `attempt` may know at `now`; of the tasks nothing before the clock runs."""
    facts, exam, language = timeline(attempt), attempt.exam_version.bank.exam, current()
    stands = phase(facts, now=now)
    sight = _Sight.of(attempt, submissions(attempt), stands=stands)
    is_ahead = stands in {Phase.REGISTERED, Phase.PREPARED, Phase.RUNNING}
    granted = granted_to(attempt, now=now) if is_ahead else NOTHING
    breaks = breaks_to_take(attempt, granted)
    extra = extra_seconds(attempt, granted) if attempt.started_at is None else 0
    under_way = break_under_way(attempt, now=now) if stands is Phase.RUNNING else None
    seat = seat_of(attempt, now=now)
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
        time_left_s=time_left(facts, now=now).total_seconds() + extra,
        prepared_at=facts.prepared_at,
        started_at=facts.started_at,
        deadline=deadline_at(facts, now=now),
        finished_at=facts.finished_at,
        pass_rule=exam.pass_rule,
        pass_mark=exam.pass_mark,
        counts=exam.counts,
        feedback=exam.feedback,
        credits=tuple(_credit(credit) for credit in attempt.credits.all()),
        outage_since=None if facts.outage_until is not None else facts.outage_since,
        breaks_left=breaks,
        break_minutes=granted.break_minutes,
        break_until=None if under_way is None else ends_at(under_way),
        extra_s=extra,
        begin_until=attempt.entitlement.valid_until if attempt.started_at is None else None,
        begin_from=None if seat is None else seat.starts_at,
        begin_before=None if seat is None else seat.closes_at,
        is_pilot=attempt.is_pilot,
        certifies=attempt.certifies,
        categories=tuple(_category(sight, facts, category, now=now) for category in exam.categories),
        result=result_view(attempt, now=now) if stands is Phase.DECIDED else None,
    )


def _credit(credit: Credit) -> CreditView:
    return CreditView(
        seconds=credit.seconds,
        reason=credit.said,
        granted_at=credit.granted_at,
        returned=credit.outage_id is not None,
    )


def _category(sight: _Sight, facts: Timeline, category: CategorySpec, *, now: datetime) -> CategoryState:
    waiting = [
        upload
        for upload in open_uploads(sight.attempt)
        if upload.category == category.id and accepts_bytes(facts, opened_at=upload.opened_at, now=now)
    ]
    counting = sight.counting(category.id)
    return CategoryState(
        id=category.id,
        number=category.number,
        title=text_in(category.title, current()),
        weight=category.weight,
        best_score=counting.score if counting is not None and sight.feedback.tells_score else None,
        counting=None if counting is None else str(counting.submission.pk),
        pinned=sight.pinned(category.id),
        task=_task(sight.attempt, category.id) if sight.attempt.started_at is not None else None,
        open_upload=open_upload_view(waiting[0]) if waiting else None,
        submissions=tuple(
            _submission(sight, submission) for submission in submissions(sight.attempt) if submission.category == category.id
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


def submission_state(submission: Submission, *, now: datetime) -> SubmissionState:
    """A submission, and what became of it."""
    attempt = attempt_with(submission.attempt_id)
    fresh = next(one for one in submissions(attempt) if one.pk == submission.pk)
    return _submission(_Sight.of(attempt, [fresh], stands=phase(timeline(attempt), now=now)), fresh)


def _places(accepted: Iterable[Submission]) -> Mapping[str, int]:
    """The place in the queue of every submission that waits, by its id; one that is being graded has none."""
    return jobs.places(kind=GRADE, keys={str(submission.pk) for submission in accepted if submission.report is None})


def _submission(sight: _Sight, submission: Submission) -> SubmissionState:
    report, position = submission.report, sight.places.get(str(submission.pk))
    ungraded = SubmissionPhase.GRADING if position is None else SubmissionPhase.QUEUED
    counting = sight.counting(submission.category)
    task = drawn(sight.attempt, submission.category).form.task
    return SubmissionState(
        id=str(submission.pk),
        category=submission.category,
        file_name=submission.file_name,
        sha256=submission.sha256,
        size=submission.size,
        received_at=submission.received_at,
        phase=ungraded if report is None else SubmissionPhase.GRADED,
        queue_position=position,
        report=None if report is None else report_view(report, task, feedback=sight.feedback),
        counts=counting is not None and submission == counting.submission,
        pinned=sight.pinned(submission.category) == str(submission.pk),
        receipt=receipt_of(submission),
    )


def report_view(report: Report, task: TaskSpec, *, feedback: Feedback = Feedback.FULL) -> ReportView:
    """A report as the candidate reads it: as much of it as `feedback` tells."""
    score = report.score if feedback.tells_score else None
    measured = metric_view(report) if feedback.tells_measure else None
    threshold = report.next_threshold if feedback.tells_measure else None
    instead = feedback.sentence_of(report.reason)
    return ReportView(
        verdict=report.verdict,
        score=score,
        metric=measured,
        next_threshold=threshold,
        to_next=None if threshold is None or measured is None else rounded(abs(threshold - measured.value)),
        reason=feedback.reason_of(report.reason),
        params=report.params if instead is None else {},
        message=describe(report.reason, report.params) if instead is None else _(instead),
        hint=task.hint_for(score, current()) if score is not None and feedback.tells_measure else None,
    )
