"""How much of a grading an exam tells before the decision: everything, the score, or whether the model works."""

from collections.abc import Callable

import pytest
from portal.tests.exams.conftest import Browser, MakeBank, Sitting, WorkOff

from guildmark.protocol import CategoryState, ExamKind, ReadinessItem, ReportView
from guildmark.rules.feedback import KEPT_BACK, Feedback
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.engine.state import attempt_state, submission_state
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grading_service", "stopped_clock")]
Begin = Callable[..., Sitting]


@pytest.fixture
def begin(make_bank: MakeBank, candidate: User, stopped_clock: object) -> Begin:
    """An attempt at an exam that tells so much."""

    def start(feedback: str, **exam: str) -> Sitting:
        services.publish(make_bank(feedback=feedback, **exam).folder, ExamKind.DEMO, "tests")
        return Sitting(candidate, "tiny-demo").prepare().begin()

    return start


def first(sitting: Sitting) -> CategoryState:
    return attempt_state(sitting.attempt, now=clock.now()).categories[0]


def told(sitting: Sitting) -> ReportView:
    """The newest report, which reads the same in the attempt and by itself."""
    (newest, *_rest) = first(sitting).submissions
    alone = submission_state(Submission.objects.get(pk=newest.id), now=clock.now())
    assert alone == newest
    return newest.report


def ready(sitting: Sitting) -> ReadinessItem:
    return queries.readiness(sitting.attempt, now=clock.now()).items[0]


def measured(report: ReportView) -> tuple[object, ...]:
    return (report.metric, report.next_threshold, report.to_next, report.hint)


def test_x2_an_exam_that_says_nothing_tells_everything(running: Sitting, work_off: WorkOff) -> None:
    running.submit("category1", b"score 3")
    work_off()
    report = told(running)
    assert (report.score, report.metric.value, report.next_threshold, report.to_next) == (3, 0.7, 0.8, 0.1)
    assert report.hint == "Scale the inputs."
    assert attempt_state(running.attempt, now=clock.now()).feedback is Feedback.FULL


def test_x2_score_keeps_the_measure_back_until_the_decision(begin: Begin, work_off: WorkOff) -> None:
    sitting = begin("score")
    sitting.submit("category1", b"score 3")
    work_off()
    report = told(sitting)
    assert (report.score, report.reason, report.params, measured(report)) == (3, "graded.quality", {}, (None,) * 4)
    assert report.message.startswith("The implementation is right; what is missing is quality. Improve")
    assert (first(sitting).best_score, ready(sitting).best_score) == (3, 3)
    sitting.finish()
    work_off()
    assert (told(sitting).metric.value, "0.7" in told(sitting).message) == (0.7, True)


def test_x2_verdict_keeps_the_score_back_until_the_decision(begin: Begin, work_off: WorkOff) -> None:
    sitting = begin("verdict")
    for content in (b"score 3", b"score 1", b"score 0"):
        sitting.submit("category1", content)
    work_off()
    reports = [one.report for one in first(sitting).submissions]
    assert {(report.score, report.reason, report.message) for report in reports} == {
        (None, KEPT_BACK, "The model works and was graded. This exam tells scores when it is decided.")
    }
    assert [measured(report) for report in reports] == [(None,) * 4] * 3
    assert [one.counts for one in first(sitting).submissions] == [False] * 3
    assert (first(sitting).best_score, first(sitting).counting) == (None, None)
    assert ready(sitting).model_dump(include={"best_score", "warning", "file_name", "ready", "grading"}) == {
        "best_score": None,
        "warning": None,
        "file_name": None,
        "ready": True,
        "grading": False,
    }
    sitting.finish()
    work_off()
    assert first(sitting).best_score == 3
    assert sorted(one.report.score for one in first(sitting).submissions) == [0, 1, 3]


def test_x1_what_a_candidate_pinned_is_known_to_count_though_its_score_is_not(begin: Begin, work_off: WorkOff) -> None:
    sitting = begin("verdict")
    one = sitting.submit("category1", b"score 1")
    sitting.submit("category1", b"score 5")
    work_off()
    services.pin(attempt=sitting.attempt, category="category1", submission=one, now=clock.now())
    assert (first(sitting).counting, first(sitting).best_score) == (str(one.pk), None)
    assert (ready(sitting).file_name, ready(sitting).pinned, ready(sitting).warning) == ("mymodel.keras", True, None)


@pytest.mark.parametrize("feedback", ["score", "verdict"])
def test_s9_why_a_model_is_refused_is_always_told(begin: Begin, work_off: WorkOff, feedback: str) -> None:
    sitting = begin(feedback)
    sitting.submit("category1", b"rejected layer.lambda")
    work_off()
    assert told(sitting).message.startswith("The model has a Lambda layer (Lambda)")
    assert ready(sitting).warning == "no submission could be graded; it would count zero."


def test_x1_x2_the_page_says_which_rule_holds_and_tells_no_more(
    begin: Begin, work_off: WorkOff, browser: Browser, candidate: User
) -> None:
    sitting = begin("verdict", counts="last")
    one = sitting.submit("category1", b"score 4")
    work_off()
    page = browser(candidate).get(f"/exam/{sitting.id}/").content.decode()
    assert "The last one that could be graded counts. Scores are told when the exam is decided." in page
    history = page.partition('id="history-category1"')[2].partition("</section>")[0]
    assert [found in history for found in ("0.8000", "4/5", "more for", "quality", "Scale the inputs")] == [False] * 5
    assert ("you are here" in page, page.partition('id="best-category1"')[2].count("4/5</span>", 0, 600)) == (False, 0)
    services.pin(attempt=sitting.attempt, category="category1", submission=one, now=clock.now())
    page = browser(candidate).get(f"/exam/{sitting.id}/").content.decode()
    assert "Unpin: the last one counts again" in page
    finish = browser(candidate).get(f"/exam/{sitting.id}/finish/").content.decode()
    assert "the last that could be graded, unless you pinned one" in finish
    assert ("4/5" in finish, "Pinned" in finish) == (False, True)
