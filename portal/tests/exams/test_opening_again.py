"""A file that is announced again: the answer was lost, or another device goes on."""

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sit, Sitting, WorkOff

from guildmark.errors import AttemptClosed
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams import services, storage
from guildmark_portal.exams.models import Submission, Upload
from guildmark_portal.exams.refusals import UploadClosed
from guildmark_portal.jobs.models import Job

pytestmark = pytest.mark.django_db
MODEL = b"score 4 " + b"m" * 1000
GRACE_S = 15 * 60
EXAM_S = 5 * 3600


def receive(upload: Upload, offset: int, chunk: bytes) -> services.Received:
    return services.receive_bytes(upload=upload, offset=offset, chunk=chunk, now=clock.now())


def test_x9_another_device_goes_on_where_the_first_stopped(running: Sitting) -> None:
    first = running.open("category1", MODEL)
    receive(first, 0, MODEL[:10])
    second = running.open("category1", MODEL, name="the same model.keras")
    assert (second.pk, second.offset, second.file_name) == (first.pk, 10, "mymodel.keras")
    submission = receive(second, 10, MODEL[10:]).submission
    assert submission == Submission.objects.get()
    with pytest.raises(UploadClosed):
        receive(first, 10, MODEL[10:])
    assert storage.submitted(running.id, second.sha256).read_bytes() == MODEL


def test_x9_the_same_opening_again_changes_nothing_and_is_no_second_entry(running: Sitting) -> None:
    opened = [running.open("category1", MODEL).pk for _ in range(3)]
    assert len(set(opened)) == 1
    assert list(Entry.objects.filter(action="upload.opened").values_list("subject", flat=True)) == [f"upload:{opened[0]}"]


def test_an_upload_whose_bytes_arrived_for_another_category_is_complete_when_it_is_opened_again(running: Sitting) -> None:
    waiting = running.open("category2", MODEL)
    receive(waiting, 0, MODEL[:10])
    running.submit("category1", MODEL)
    again = running.open("category2", MODEL)
    assert (again.pk, again.completed_at, again.submission.category) == (waiting.pk, clock.now(), "category2")
    assert Job.objects.filter(kind="grade").count() == 2


def test_the_same_file_of_somebody_else_is_another_upload(running: Sitting, sit: Sit, stranger: User) -> None:
    mine = running.open("category1", MODEL)
    receive(mine, 0, MODEL[:10])
    theirs = sit(stranger).prepare().begin().open("category1", MODEL)
    assert (theirs.pk == mine.pk, theirs.offset) == (False, 0)


@pytest.mark.parametrize("seconds", [0, GRACE_S])
def test_s8_an_opening_whose_answer_was_lost_is_answered_again_after_the_deadline(
    running: Sitting, stopped_clock: StoppedClock, seconds: int
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    lost = running.open("category1", MODEL)
    stopped_clock.advance(1 + seconds)
    again = running.open("category1", MODEL)
    assert (again.pk, again.opened_at) == (lost.pk, lost.opened_at)
    assert receive(again, 0, MODEL).submission == Submission.objects.get()


def test_s8_one_second_after_the_grace_no_opening_is_answered_again(running: Sitting, stopped_clock: StoppedClock) -> None:
    stopped_clock.advance(EXAM_S - 1)
    running.open("category1", MODEL)
    stopped_clock.advance(1 + GRACE_S + 1)
    with pytest.raises(AttemptClosed):
        running.open("category1", MODEL)


def test_s8_the_lost_answer_of_an_opening_that_was_complete_at_once_is_given_again_too(
    running: Sitting, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    running.submit("category1", MODEL)
    work_off()
    stopped_clock.advance(EXAM_S - 1)
    lost = running.open("category2", MODEL)
    stopped_clock.advance(1)
    assert running.open("category2", MODEL).submission == lost.submission
    assert Submission.objects.count() == 2


@pytest.mark.parametrize(("category", "content"), [("category2", MODEL), ("category1", MODEL[:-1]), ("category1", b"score 5")])
def test_s8_after_the_deadline_only_what_was_announced_is_answered(
    running: Sitting, stopped_clock: StoppedClock, category: str, content: bytes
) -> None:
    stopped_clock.advance(EXAM_S - 1)
    standing = running.open("category1", MODEL)
    stopped_clock.advance(1)
    with pytest.raises(AttemptClosed):
        running.open(category, content)
    standing.refresh_from_db()
    assert standing.is_open


def test_a_finished_attempt_answers_no_opening_again(running: Sitting) -> None:
    running.open("category1", MODEL)
    running.finish()
    with pytest.raises(AttemptClosed):
        running.open("category1", MODEL)
