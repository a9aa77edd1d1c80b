"""From the last report to result, certificate and mail."""

import pytest
from django.core.mail import EmailMessage
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import MakeBank, Sit, Sitting, WorkOff

from guildmark.protocol import AttemptState, ExamKind
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.engine.deciding import materialise
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Decision

pytestmark = pytest.mark.django_db
EXAM_S, GRACE_S = 5 * 3600, 15 * 60


def state(sitting: Sitting) -> AttemptState:
    return attempt_state(sitting.attempt, now=clock.now())


def hand_in(sitting: Sitting, *scores: int) -> None:
    for number, score in enumerate(scores, start=1):
        sitting.submit(f"category{number}", f"score {score} {number}".encode())


@pytest.mark.usefixtures("grading_service")
def test_c2_a_pass_is_decided_at_the_finish_with_certificate_and_mail(
    running: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    hand_in(running, 5, 5, 5)
    work_off()
    running.finish()
    assert state(running).result.passed
    assert state(running).result.certificate is None
    work_off()
    found = state(running)
    certificate = Certificate.objects.get()
    assert (found.phase, found.result.points, found.result.certificate) == (Phase.DECIDED, 100.0, certificate.identifier)
    assert found.result.certificate_url.endswith(f"/certificates/{certificate.identifier}/")
    assert Decision.objects.get().decided_at == running.attempt.finished_at
    letter, with_files = mailoutbox
    assert letter.to == with_files.to == ["candidate@example.org"]
    assert (len(letter.attachments), len(with_files.attachments)) == (0, 3)
    assert certificate.identifier in letter.body
    assert "◆◆◆◆◆  5/5  1. Area 1" in letter.body


def test_s7_nothing_submitted_is_zero(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    stopped_clock.advance(EXAM_S)
    result = state(running).result
    assert (result.passed, result.points) == (False, 0.0)
    assert [(c.score, c.submitted) for c in result.categories] == [(0, False)] * 3
    work_off()
    assert not Certificate.objects.exists()
    assert "That is not a pass" in mailoutbox[0].body


@pytest.mark.usefixtures("grading_service")
def test_s7_a_category_without_a_submission_counts_zero(running: Sitting, work_off: WorkOff) -> None:
    running.submit("category3", b"score 4 x")
    work_off()
    running.finish()
    assert [(c.points, c.submitted) for c in state(running).result.categories] == [(0.0, False), (0.0, False), (40.0, True)]


@pytest.mark.usefixtures("grading_service")
@pytest.mark.parametrize(
    ("scores", "points", "passed"), [((5, 5, 4), 90.0, True), ((4, 5, 4), 86.0, False), ((5, 4, 4), 84.0, False)]
)
def test_c1_the_pass_mark_is_reached_or_not(
    running: Sitting, work_off: WorkOff, scores: tuple[int, ...], points: float, passed: Certificate
) -> None:
    hand_in(running, *scores)
    work_off()
    running.finish()
    result = state(running).result
    assert (result.points, result.passed) == (points, passed)


@pytest.mark.usefixtures("grading_service", "stopped_clock")
@pytest.mark.parametrize(("scores", "points", "passed"), [((5, 5, 5), 100.0, True), ((4, 5, 5), 96.0, False)])
def test_c1_where_full_scores_are_asked_the_points_do_not_make_a_pass(
    make_bank: MakeBank, candidate: User, work_off: WorkOff, scores: tuple[int, ...], points: float, *, passed: bool
) -> None:
    services.publish(make_bank(pass_rule="all_full").folder, ExamKind.DEMO, "tests")
    sitting = Sitting(candidate, "tiny-demo").prepare().begin()
    hand_in(sitting, *scores)
    work_off()
    sitting.finish()
    result = state(sitting).result
    assert (result.points, result.passed) == (points, passed)


@pytest.mark.usefixtures("grading_service")
def test_s8_at_the_deadline_it_is_decided_without_any_job(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    hand_in(running, 5, 5, 5)
    work_off()
    stopped_clock.advance(EXAM_S)
    found = state(running)
    assert (found.phase, found.result.passed, found.result.decided_at) == (Phase.DECIDED, True, running.begun.deadline)
    assert [one.passed for one in queries.attempts_of(user=running.user, now=clock.now())] == [True]
    assert not Decision.objects.exists()


def test_s8_a_late_sweeper_writes_the_deadline_as_the_time_of_the_decision(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S + 3 * 24 * 3600)
    work_off()
    decision = Decision.objects.get()
    assert (decision.decided_at, decision.recorded_at) == (running.begun.deadline, clock.now())


@pytest.mark.usefixtures("grading_service")
def test_s8_what_was_opened_in_time_is_waited_for_and_graded(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    hand_in(running, 5, 5)
    stopped_clock.advance(EXAM_S - 1)
    upload = running.open("category3", b"score 5 last")
    stopped_clock.advance(1)
    work_off()
    assert (state(running).phase, Decision.objects.count()) == (Phase.GRADING, 0)
    stopped_clock.advance(GRACE_S)
    services.receive_bytes(upload=upload, offset=0, chunk=b"score 5 last", now=clock.now())
    assert state(running).phase is Phase.GRADING
    work_off()
    assert (state(running).phase, state(running).result.passed) == (Phase.DECIDED, True)
    assert Decision.objects.get().decided_at == running.begun.deadline


def test_s8_an_upload_that_never_completes_holds_the_decision_until_the_grace_is_over(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    running.open("category3", b"score 5 last")
    stopped_clock.advance(1 + GRACE_S)
    work_off()
    assert not Decision.objects.exists()
    stopped_clock.advance(1)
    assert state(running).phase is Phase.DECIDED
    work_off()
    assert Decision.objects.get().passed is False


@pytest.mark.usefixtures("grading_service")
def test_c2_the_result_is_mailed_in_the_second_of_the_deadline_and_not_before(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, mailoutbox: list[EmailMessage]
) -> None:
    hand_in(running, 5, 5, 5)
    stopped_clock.advance(EXAM_S - 1)
    work_off()
    assert (Decision.objects.count(), len(mailoutbox)) == (0, 0)
    stopped_clock.advance(1)
    work_off()
    assert [letter.subject for letter in mailoutbox] == ["You passed: Tiny exam", "Your certificate: Tiny exam"]


def test_c2_an_upload_that_is_given_up_in_the_grace_holds_the_result_no_longer(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    upload = running.open("category1", b"score 5 never sent")
    stopped_clock.advance(2)
    work_off()
    assert Decision.objects.count() == 0
    services.abandon_upload(upload=upload, now=clock.now())
    work_off()
    assert Decision.objects.get().recorded_at == clock.now()


@pytest.mark.usefixtures("grading_service")
def test_s6_the_last_second_takes_as_many_submissions_as_any(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    hand_in(running, 1, 2, 3)
    hand_in(running, 5, 5, 5)
    stopped_clock.advance(1)
    work_off()
    assert (state(running).phase, Decision.objects.get().points) == (Phase.DECIDED, 100)


def test_with_a_report_outstanding_nothing_is_decided(running: Sitting, work_off: WorkOff) -> None:
    hand_in(running, 5)
    running.finish()
    work_off()
    assert (state(running).phase, state(running).result) == (Phase.GRADING, None)
    assert materialise(attempt=running.attempt, now=clock.now()) is None


@pytest.mark.usefixtures("grading_service")
def test_deciding_twice_issues_and_mails_once(running: Sitting, work_off: WorkOff, mailoutbox: list[EmailMessage]) -> None:
    hand_in(running, 5, 5, 5)
    work_off()
    running.finish()
    for _ in range(3):
        materialise(attempt=running.attempt, now=clock.now())
        work_off()
    assert (Decision.objects.count(), Certificate.objects.count(), len(mailoutbox)) == (1, 1, 2)


@pytest.mark.usefixtures("grading_service", "stopped_clock")
def test_a_mock_earns_no_certificate(sit: Sit, candidate: User, work_off: WorkOff, mailoutbox: list[EmailMessage]) -> None:
    sitting = sit(candidate, "tiny-mock").prepare().begin()
    hand_in(sitting, 5, 5, 5)
    work_off()
    sitting.finish()
    work_off()
    assert (state(sitting).result.passed, state(sitting).result.certificate) == (True, None)
    assert not Certificate.objects.exists()
    assert "mock exam" in mailoutbox[0].body
