"""The job `grade`: over the wire to a grading service, and back into the state."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import GradingService, Sitting, WorkOff
from pytest_django import Settings

from guildmark.protocol import CategoryState, GradeReport, SubmissionPhase
from guildmark.rules.reasons import REASONS
from guildmark.rules.verdict import Verdict
from guildmark_portal import clock
from guildmark_portal.engine.grading import grade
from guildmark_portal.engine.state import attempt_state, submission_state
from guildmark_portal.exams import services
from guildmark_portal.exams.facts import drawn
from guildmark_portal.exams.models import Report
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.jobs import leases
from guildmark_portal.jobs.models import Job

pytestmark = pytest.mark.django_db


def category(running: Sitting, number: int = 1) -> CategoryState:
    return attempt_state(running.attempt, now=clock.now()).categories[number - 1]


def report(score: int, digest: str = "e" * 64) -> GradeReport:
    return GradeReport(
        verdict=Verdict.GRADED,
        score=score,
        metric=None,
        next_threshold=None,
        reason="graded.full",
        params={"metric": "accuracy", "value": 1.0},
        grader_digest=digest,
        timings_ms={},
    )


@pytest.mark.usefixtures("grading_service")
def test_s4_a_submission_gets_its_score_and_what_is_missing(running: Sitting, work_off: WorkOff) -> None:
    submission = running.submit("category1", b"score 3 abc")
    work_off()
    found = submission_state(submission, now=clock.now())
    assert (found.phase, found.counts, found.report.score) == (SubmissionPhase.GRADED, True, 3)
    assert found.report.metric.value == 0.7
    assert found.report.next_threshold == 0.8
    assert "The implementation is right; what is missing is quality" in found.report.message
    assert found.report.hint == "Scale the inputs."


def test_the_service_is_told_the_drawn_variant_and_nothing_else(
    running: Sitting, grading_service: GradingService, work_off: WorkOff
) -> None:
    submission = running.submit("category2", b"score 3 abc")
    work_off()
    (job,) = grading_service.jobs
    chosen = drawn(running.attempt, "category2")
    assert job.model_dump() == {
        "submission": str(submission.pk),
        "bank": running.attempt.exam_version.bank_sha256,
        "form": "third-form",
        "variant": chosen.variant,
        "file_sha256": submission.sha256,
        "file_size": 11,
    }


THE_CANDIDATES = {
    code: reason for code, reason in REASONS.items() if reason.verdict not in {Verdict.GRADED, Verdict.GRADER_ERROR}
}


@pytest.mark.usefixtures("grading_service")
def test_s9_x4_a_file_that_cannot_be_graded_says_why_and_lowers_nothing(running: Sitting, work_off: WorkOff) -> None:
    running.submit("category1", b"score 4 good")
    for code, reason in THE_CANDIDATES.items():
        running.submit("category1", f"{reason.verdict.value} {code}".encode())
    work_off()
    told = [one.report for one in category(running).submissions if one.report is not None and one.report.score is None]
    assert {one.reason: one.verdict for one in told} == {code: reason.verdict for code, reason in THE_CANDIDATES.items()}
    assert [one.message for one in told if "{" in one.message] == []
    assert category(running).best_score == 4


@pytest.mark.usefixtures("grading_service")
def test_x1_the_best_counts_and_of_equals_the_earliest(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    sent = []
    for score in (2, 4, 4, 1):
        sent.append(running.submit("category1", f"score {score} {stopped_clock.at}".encode()))
        stopped_clock.advance(10)
    work_off()
    found = category(running)
    assert (found.best_score, found.counting) == (4, str(sent[1].pk))
    assert [one.counts for one in found.submissions] == [False, False, True, False]
    assert [one.report.score for one in found.submissions] == [1, 4, 4, 2]


@pytest.mark.usefixtures("data_dir")
def test_a_service_that_is_down_delays_and_loses_nothing(
    running: Sitting, work_off: WorkOff, stopped_clock: StoppedClock, request: pytest.FixtureRequest
) -> None:
    submission = running.submit("category1", b"score 5 x")
    assert work_off() == 1
    assert submission_state(submission, now=clock.now()).report is None
    job = Job.objects.get(kind="grade")
    assert (job.finished_at, job.dead_at, job.attempts) == (None, None, 1)
    request.getfixturevalue("grading_service")
    stopped_clock.advance(60)
    work_off()
    assert category(running).best_score == 5


def test_a_service_killed_during_a_grade_is_asked_again(
    running: Sitting, grading_service: GradingService, work_off: WorkOff, stopped_clock: StoppedClock
) -> None:
    submission = running.submit("category1", b"score 5 x")
    grading_service.hang_up = True
    work_off()
    assert not Report.objects.exists()
    grading_service.hang_up = False
    stopped_clock.advance(60)
    work_off()
    assert submission_state(submission, now=clock.now()).report.score == 5


@pytest.mark.usefixtures("grading_service")
def test_a_fault_of_the_grader_is_never_charged(running: Sitting, work_off: WorkOff, stopped_clock: StoppedClock) -> None:
    submission = running.submit("category1", b"grader_error grader.fault")
    for _ in range(12):
        work_off()
        stopped_clock.advance(60)
    found = submission_state(submission, now=clock.now())
    assert (found.report, found.phase) == (None, SubmissionPhase.QUEUED)
    assert not Report.objects.exists()
    assert Job.objects.get(kind="grade").dead_at is None


@pytest.mark.usefixtures("grading_service")
def test_a_reason_without_a_sentence_is_not_recorded(running: Sitting, work_off: WorkOff) -> None:
    running.submit("category1", b"rejected no.such.reason")
    work_off()
    assert not Report.objects.exists()


@pytest.mark.usefixtures("grading_service")
def test_killed_between_accepting_and_grading_the_job_is_still_there(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    submission = running.submit("category1", b"score 5 x")
    dead = leases.claim(kinds=Q(kind="grade"), now=clock.now(), lease=timedelta(seconds=30))
    assert dead.payload == {"submission": str(submission.pk)}
    assert work_off() == 0
    stopped_clock.advance(31)
    work_off()
    assert category(running).best_score == 5


def test_a_report_is_recorded_once_per_grader(running: Sitting) -> None:
    submission = running.submit("category1", b"x y")
    first = services.record_report(submission=submission, report=report(3), now=clock.now())
    assert services.record_report(submission=submission, report=report(4), now=clock.now()) == first
    assert [one.score for one in Report.objects.all()] == [3]
    services.record_report(submission=submission, report=report(4, digest="f" * 64), now=clock.now())
    assert Report.objects.count() == 2


def test_grading_again_records_nothing_new(running: Sitting, grading_service: GradingService, work_off: WorkOff) -> None:
    running.submit("category1", b"score 4 x")
    work_off()
    grade(Job.objects.get(kind="grade"))
    assert len(grading_service.jobs) == 2
    assert Report.objects.count() == 1


def test_a_waiting_submission_knows_its_place(running: Sitting) -> None:
    first, second = (running.submit("category1", f"score {n}".encode()) for n in (1, 2))
    assert [submission_state(one, now=clock.now()).queue_position for one in (first, second)] == [1, 2]


def test_a_data_directory_deeper_than_a_socket_address_works(
    running: Sitting, data_dir: Path, settings: Settings, work_off: WorkOff
) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    settings.GRADER_SOCKET = str(deep / "grader.sock")
    service = GradingService(settings.GRADER_SOCKET)
    try:
        running.submit("category1", b"score 5 x")
        work_off()
    finally:
        service.close()
    assert category(running).best_score == 5


@pytest.mark.usefixtures("django_assert_max_num_queries", "grading_service")
def test_the_state_of_an_attempt_costs_the_same_with_one_graded_file_and_with_three(
    running: Sitting, work_off: WorkOff
) -> None:
    counts = []
    for number in (1, 3):
        for extra in range(number):
            running.submit("category1", f"score 3 {number}{extra}".encode())
        work_off()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            attempt_state(attempt_with(running.id), now=clock.now())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_x3_the_same_bytes_get_the_same_report_without_being_graded_again(
    running: Sitting, grading_service: GradingService, work_off: WorkOff
) -> None:
    first = running.submit("category1", b"score 3 abc")
    work_off()
    again = running.submit("category1", b"score 3 abc")
    work_off()
    asked = [job.submission for job in grading_service.jobs]
    assert asked == [str(first.pk)]
    one, other = (submission_state(submission, now=clock.now()).report for submission in (first, again))
    assert one == other
