"""Which submission counts: as the exam says, unless its candidate pinned one."""

from collections.abc import Callable

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Browser, MakeBank, Sit, Sitting, WorkOff
from portal.tests.exams.test_grading import report

from guildmark.errors import AttemptClosed
from guildmark.protocol import AttemptState, CategoryState, ExamKind
from guildmark.rules.counting import Counts
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Attempt, Decision, Pin, Revision, Submission
from guildmark_portal.exams.personal_data import export, files
from guildmark_portal.exams.refusals import NotPinnable, UnknownCategory
from guildmark_portal.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("grading_service")]
EXAM_S = 5 * 3600
HandIn = Callable[..., list[Submission]]


@pytest.fixture
def last(make_bank: MakeBank, candidate: User, stopped_clock: object) -> Sitting:
    """An attempt at an exam under which the last submission counts."""
    services.publish(make_bank(counts="last").folder, ExamKind.DEMO, "tests")
    return Sitting(candidate, "tiny-demo").prepare().begin()


@pytest.fixture
def hand_in(stopped_clock: StoppedClock, work_off: WorkOff) -> HandIn:
    """Submissions to the first category, ten seconds apart, each graded."""

    def submit(sitting: Sitting, *contents: str) -> list[Submission]:
        sent = []
        for number, content in enumerate(contents):
            stopped_clock.advance(10)
            sent.append(sitting.submit("category1", f"{content} {stopped_clock.at} {number}".encode()))
        work_off()
        return sent

    return submit


def pin(sitting: Sitting, submission: Submission | None, category: str = "category1") -> Pin | None:
    return services.pin(attempt=sitting.attempt, category=category, submission=submission, now=clock.now())


def first(sitting: Sitting) -> CategoryState:
    return attempt_state(sitting.attempt, now=clock.now()).categories[0]


def test_x1_an_exam_may_count_the_last_that_has_a_score(last: Sitting, hand_in: HandIn) -> None:
    sent = hand_in(last, "score 2", "score 5", "score 3", "rejected file.not_a_model")
    assert attempt_state(last.attempt, now=clock.now()).counts is Counts.LAST
    assert (first(last).best_score, first(last).counting) == (3, str(sent[2].pk))
    assert [one.counts for one in first(last).submissions] == [False, True, False, False]


def test_x1_a_manifest_that_says_nothing_counts_the_best(running: Sitting, hand_in: HandIn) -> None:
    hand_in(running, "score 4", "score 1")
    assert '"counts"' not in running.attempt.exam_version.manifest
    assert (attempt_state(running.attempt, now=clock.now()).counts, first(running).best_score) == (Counts.BEST, 4)


def test_x1_a_pin_counts_under_the_best(running: Sitting, hand_in: HandIn) -> None:
    low, _high = hand_in(running, "score 2", "score 4")
    pin(running, low)
    found = first(running)
    assert (found.best_score, found.counting) == (2, str(low.pk))
    assert [(one.pinned, one.counts) for one in found.submissions] == [(False, False), (True, True)]
    hand_in(running, "score 5")
    assert first(running).best_score == 2


def test_x1_a_pin_counts_under_the_last(last: Sitting, hand_in: HandIn) -> None:
    good, _newer = hand_in(last, "score 4", "score 1")
    pin(last, good)
    assert first(last).best_score == 4


def test_x1_the_newest_pin_holds_and_can_be_taken_back(running: Sitting, hand_in: HandIn) -> None:
    one, two, three = hand_in(running, "score 1", "score 2", "score 3")
    pin(running, one)
    assert pin(running, one) is None
    pin(running, two)
    assert first(running).counting == str(two.pk)
    pin(running, None)
    assert first(running).counting == str(three.pk)
    said = [entry.detail["submission"] for entry in Entry.objects.filter(action="submission.pinned").order_by("pk")]
    assert said == [str(one.pk), str(two.pk), None]


def test_x1_only_what_has_a_score_in_this_category_of_this_attempt_is_pinned(
    running: Sitting, sit: Sit, stranger: User, hand_in: HandIn
) -> None:
    (refused,) = hand_in(running, "rejected file.not_a_model")
    waiting = running.submit("category1", b"score 3 waits")
    (anothers,) = hand_in(sit(stranger).prepare().begin(), "score 3")
    elsewhere = running.submit("category2", b"score 3 elsewhere")
    services.record_report(submission=elsewhere, report=report(3), now=clock.now())
    for submission in (refused, anothers, elsewhere):
        with pytest.raises(NotPinnable):
            pin(running, submission)
    with pytest.raises(UnknownCategory):
        pin(running, elsewhere, "category9")
    assert (Pin.objects.count(), waiting.attempt_id) == (0, running.id)


def test_x1_a_submission_that_waits_is_pinned_once_it_has_a_score(running: Sitting, work_off: WorkOff) -> None:
    waiting = running.submit("category1", b"score 3 waits")
    with pytest.raises(NotPinnable) as refused:
        pin(running, waiting)
    assert refused.value.next_step.startswith("Wait until it is graded")
    work_off()
    assert pin(running, waiting).submission == waiting


def test_x1_pinning_ends_with_the_clock(running: Sitting, stopped_clock: StoppedClock, hand_in: HandIn) -> None:
    low, high = hand_in(running, "score 2", "score 4")
    stopped_clock.advance(EXAM_S - 21)
    pin(running, low)
    stopped_clock.advance(1)
    with pytest.raises(AttemptClosed):
        pin(running, high)
    assert first(running).best_score == 2


def test_x1_what_counts_is_kept_with_the_decision(running: Sitting, work_off: WorkOff, hand_in: HandIn) -> None:
    low, _high = hand_in(running, "score 2", "score 4")
    pin(running, low)
    running.finish()
    work_off()
    assert Decision.objects.get().counted["category1"]["submission"] == str(low.pk)


def test_x6_the_list_before_finish_says_that_another_submission_is_better(running: Sitting, hand_in: HandIn) -> None:
    low, _high = hand_in(running, "score 2", "score 4")
    assert queries.readiness(running.attempt, now=clock.now()).items[0].warning is None
    pin(running, low)
    item = queries.readiness(running.attempt, now=clock.now()).items[0]
    assert (item.best_score, item.warning) == (2, "2 counts here, though another submission has 4.")


def test_x12_under_the_last_a_late_score_of_a_refused_file_takes_nothing_away(
    last: Sitting, stopped_clock: StoppedClock, work_off: WorkOff, hand_in: HandIn
) -> None:
    _good, refused = hand_in(last, "score 4", "rejected file.not_a_model")
    last.finish()
    work_off()
    stopped_clock.advance(60)
    services.record_report(submission=refused, report=report(1), now=clock.now())
    work_off()
    assert (first(last).best_score, Revision.objects.count(), Job.objects.filter(last_error__gt="").count()) == (4, 0, 0)


def test_x1_a_client_pins_and_takes_it_back(running: Sitting, candidate: User, browser: Browser, hand_in: HandIn) -> None:
    low, high = hand_in(running, "score 2", "score 4")
    address = f"/api/v1/attempts/{running.id}/categories/category1/pin"
    for chosen, counts in ((str(low.pk), low), (None, high)):
        response = browser(candidate).put(address, {"submission": chosen}, content_type="application/json")
        found = AttemptState.model_validate_json(response.content).categories[0]
        assert (response.status_code, found.counting) == (200, str(counts.pk))


def test_x1_somebody_elses_submission_is_not_there(
    running: Sitting, sit: Sit, stranger: User, browser: Browser, candidate: User, hand_in: HandIn
) -> None:
    (anothers,) = hand_in(sit(stranger).prepare().begin(), "score 3")
    address = f"/api/v1/attempts/{running.id}/categories/category1/pin"
    response = browser(candidate).put(address, {"submission": str(anothers.pk)}, content_type="application/json")
    assert (response.status_code, Pin.objects.count()) == (404, 0)


def test_pins_are_exported_and_deleted_with_the_account(running: Sitting, work_off: WorkOff, hand_in: HandIn) -> None:
    low, _high = hand_in(running, "score 2", "score 4")
    pin(running, low)
    pin(running, None)
    running.finish()
    work_off()
    (attempt,) = export(running.user)["attempts"]
    assert (len(attempt["pins_taken_back"]), sum(len(one["pinned_at"]) for one in attempt["submissions"])) == (1, 1)
    deletion.delete(user=running.user)
    assert (Attempt.objects.count(), Pin.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ["é" * 194 + ".keras", "mymodel.keras"])
def test_a_file_is_exported_under_a_name_that_a_file_system_takes(running: Sitting, name: str) -> None:
    submission = running.submit("category1", b"score 2")
    Submission.objects.update(file_name=name)
    ((exported, _path),) = files(running.user)
    *_folders, last = exported.split("/")
    assert (len(last.encode()) <= 255, last.endswith(".keras"), str(submission.pk) in last) == (True, True, True)
    assert last.endswith(name) == (len(name) < 50)
