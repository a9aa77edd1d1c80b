"""Grading once more, and an examiner's ruling: the first report stays, and nothing changes without a word."""

from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import GradingService, Sitting, WorkOff

from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.engine.deciding import rule
from guildmark_portal.engine.state import attempt_state, submission_state
from guildmark_portal.exams import services, storage
from guildmark_portal.exams.models import Attempt, Decision, Regrade, Report, Revision, Ruling, Submission
from guildmark_portal.exams.personal_data import export
from guildmark_portal.exams.refusals import NotRegradable, RulingRefused
from guildmark_portal.jobs.models import Job

pytestmark = pytest.mark.django_db
Again = Callable[[Submission, str], Report]
WHY = "The metric left out the last row."


def order(submission: Submission, reason: str = WHY) -> Regrade:
    return services.order_regrade(submission=submission, reason=reason, actor="tests", now=clock.now())


def say(report: Report, reason: str = WHY) -> Revision | None:
    return rule(report=report, reason=reason, actor="tests", now=clock.now())


def points(sitting: Sitting) -> float:
    return attempt_state(sitting.attempt, now=clock.now()).result.points


def third(sitting: Sitting) -> Submission:
    return Submission.objects.get(attempt=sitting.id, category="category3")


def sat(sitting: Sitting, work_off: WorkOff, *scores: int) -> Sitting:
    """Decided with these scores, a minute ago."""
    for number, score in enumerate(scores, start=1):
        sitting.submit(f"category{number}", f"score {score} {number}".encode())
    work_off()
    sitting.finish()
    work_off()
    return sitting


@pytest.fixture
def failed(running: Sitting, grading_service: GradingService, stopped_clock: StoppedClock, work_off: WorkOff) -> Sitting:
    """A failure with 70 points: 20 and 0 for the first two categories, and full marks in the third."""
    sat(running, work_off, 5, 0, 5)
    stopped_clock.advance(60)
    return running


@pytest.fixture
def regrade(grading_service: GradingService, stopped_clock: StoppedClock, work_off: WorkOff) -> Again:
    """Grade once more, by a service that finds this now."""

    def again(submission: Submission, finds: str) -> Report:
        grading_service.finds = finds
        ordered = order(submission)
        work_off()
        stopped_clock.advance(60)
        return Report.objects.get(regrade=ordered)

    return again


def second(sitting: Sitting) -> Submission:
    return Submission.objects.get(attempt=sitting.id, category="category2")


def test_x12_the_first_report_stays_beside_the_new_one(
    failed: Sitting, grading_service: GradingService, regrade: Again
) -> None:
    first = Report.objects.filter(submission=second(failed)).values().get()
    new = regrade(second(failed), "score 3")
    assert Report.objects.filter(regrade=None, submission=second(failed)).values().get() == first
    assert (first["score"], new.score, new.grader_digest) == (0, 3, first["grader_digest"])
    assert grading_service.jobs[-1] == grading_service.jobs[1]
    assert (points(failed), submission_state(second(failed), now=clock.now()).report.score) == (88.0, 3)
    assert Entry.objects.get(action="submission.regraded").detail == {"regrade": new.regrade_id}


def test_x12_a_regrade_that_finds_less_takes_nothing_away(
    failed: Sitting, mailoutbox: list[EmailMessage], regrade: Again
) -> None:
    assert regrade(third(failed), "score 1").score == 1
    assert regrade(third(failed), "rejected file.not_a_model").score is None
    assert (points(failed), submission_state(third(failed), now=clock.now()).report.score) == (70.0, 5)
    assert (Revision.objects.count(), len(mailoutbox)) == (0, 1)


def test_x12_a_regrade_while_the_clock_runs_raises_at_once(running: Sitting, work_off: WorkOff, regrade: Again) -> None:
    submission = running.submit("category1", b"score 2 x")
    work_off()
    regrade(submission, "score 4")
    assert attempt_state(running.attempt, now=clock.now()).categories[0].best_score == 4
    assert Decision.objects.count() == 0


def test_x3_the_same_bytes_get_what_stands_after_a_regrade(running: Sitting, work_off: WorkOff, regrade: Again) -> None:
    submission = running.submit("category1", b"score 2 x")
    work_off()
    regrade(submission, "score 1")
    again = running.submit("category1", b"score 2 x")
    work_off()
    assert submission_state(again, now=clock.now()).report.score == 2


@pytest.mark.usefixtures("grading_service")
def test_a_second_order_is_the_one_under_way(failed: Sitting, work_off: WorkOff) -> None:
    assert order(second(failed)) == order(second(failed))
    assert Job.objects.filter(kind="grade", finished_at=None).count() == 1
    work_off()
    assert order(second(failed)).pk == Regrade.objects.latest("pk").pk
    assert Regrade.objects.count() == 2


def test_what_waits_for_its_first_report_is_not_regraded(running: Sitting) -> None:
    submission = running.submit("category1", b"score 2 x")
    with pytest.raises(NotRegradable, match="waits for its first report"):
        order(submission)


def test_what_is_kept_no_longer_is_not_regraded(failed: Sitting) -> None:
    storage.submitted(failed.id, second(failed).sha256).unlink()
    with pytest.raises(NotRegradable, match="kept no longer"):
        order(second(failed))
    assert Regrade.objects.count() == 0


def test_a_regrade_of_an_account_that_was_deleted_ends_by_itself(failed: Sitting, work_off: WorkOff) -> None:
    order(second(failed))
    deletion.delete(user=failed.user)
    work_off()
    job = Job.objects.filter(kind="grade").latest("pk")
    assert (job.finished_at, job.last_error) == (clock.now(), "")


def test_x12_a_ruling_may_lower_a_result_and_says_why(
    failed: Sitting, mailoutbox: list[EmailMessage], work_off: WorkOff, regrade: Again
) -> None:
    lower = regrade(third(failed), "score 1")
    revision = say(lower)
    work_off()
    assert (revision.points, points(failed), revision.ruling.reason) == (30, 30.0, WHY)
    assert (Decision.objects.get().points, Report.objects.filter(submission=third(failed)).count()) == (70, 2)
    letter = mailoutbox[-1]
    assert letter.subject == "Your result changed: Tiny exam"
    assert "changed from 70 to 30 of 100 points" in letter.body
    assert WHY in letter.body
    assert Entry.objects.get(action="submission.ruled").detail["score_before"] == 5


def test_x12_a_ruling_holds_against_later_reports(failed: Sitting, regrade: Again) -> None:
    say(regrade(third(failed), "score 1"))
    regrade(third(failed), "score 5")
    assert (points(failed), Revision.objects.count()) == (30.0, 1)


def test_x12_the_newest_ruling_holds(failed: Sitting, regrade: Again) -> None:
    say(regrade(third(failed), "score 1"))
    say(Report.objects.get(submission=third(failed), regrade=None))
    assert (points(failed), list(Revision.objects.values_list("number", "points"))) == (70.0, [(1, 30), (2, 70)])


def test_x12_a_ruling_that_takes_a_pass_away_is_refused(
    running: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage], regrade: Again
) -> None:
    sat(running, work_off, 5, 5, 5)
    lower = regrade(third(running), "score 1")
    with pytest.raises(RulingRefused, match="take a pass away"):
        say(lower)
    work_off()
    assert (points(running), Certificate.objects.count(), len(mailoutbox)) == (100.0, 1, 2)
    assert (Ruling.objects.count(), Revision.objects.count()) == (0, 0)
    assert not Entry.objects.filter(action="submission.ruled").exists()


def test_x12_a_ruling_that_leaves_the_pass_lowers_the_points(running: Sitting, work_off: WorkOff, regrade: Again) -> None:
    sat(running, work_off, 5, 5, 5)
    revision = say(regrade(third(running), "score 4"))
    assert (revision.passed, revision.points, Certificate.objects.count()) == (True, 90, 1)


def test_x12_a_ruling_to_a_pass_earns_the_certificate(
    failed: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage], regrade: Again
) -> None:
    say(regrade(third(failed), "score 1"))
    regrade(second(failed), "score 5")
    say(Report.objects.get(submission=third(failed), regrade=None))
    work_off()
    certificate = Certificate.objects.get()
    assert (certificate.document["points"], mailoutbox[-2].subject) == (100.0, "You passed: Tiny exam")


def test_x12_a_ruling_that_changes_nothing_writes_no_letter(failed: Sitting, mailoutbox: list[EmailMessage]) -> None:
    assert say(Report.objects.get(submission=third(failed))) is None
    assert (Ruling.objects.count(), len(mailoutbox)) == (1, 1)


def test_x12_a_ruling_while_the_clock_runs_changes_what_counts(running: Sitting, work_off: WorkOff, regrade: Again) -> None:
    worse, better = (running.submit("category1", f"score {score} x".encode()) for score in (3, 4))
    work_off()
    assert say(regrade(better, "score 1")) is None
    found = attempt_state(running.attempt, now=clock.now()).categories[0]
    assert (found.best_score, found.counting) == (3, str(worse.pk))


def test_x12_neither_a_regrade_nor_a_ruling_goes_without_a_reason(failed: Sitting) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        order(second(failed), reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        say(Report.objects.get(submission=second(failed)), reason="")


def test_regrades_and_rulings_are_exported_and_deleted_with_the_account(failed: Sitting, regrade: Again) -> None:
    say(regrade(third(failed), "score 1"))
    (attempt,) = export(failed.user)["attempts"]
    told = [(len(one["reports"]), len(one["regrades"]), len(one["rulings"])) for one in attempt["submissions"]]
    assert (sorted(told), len(attempt["revisions"])) == ([(1, 0, 0), (1, 0, 0), (2, 1, 1)], 1)
    deletion.delete(user=failed.user)
    left = [model.objects.count() for model in (Attempt, Regrade, Ruling, Revision, Report)]
    assert left == [0, 0, 0, 0, 0]
