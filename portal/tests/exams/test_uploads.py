"""Files on their way, and what is accepted."""

import hashlib
import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Sit, Sitting
from pytest_django import Settings

from guildmark.errors import AttemptClosed, NotStarted
from guildmark.signing import is_signed_by
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import keyring, services, storage
from guildmark_portal.exams.models import Report, Submission, Upload
from guildmark_portal.exams.receipts import receipt_of
from guildmark_portal.exams.refusals import (
    DigestMismatch,
    FileRefused,
    OffsetConflict,
    TooManyBytes,
    UnknownCategory,
    UploadBusy,
    UploadClosed,
)
from guildmark_portal.exams.uploads import _part_of
from guildmark_portal.jobs.models import Job
from guildmark_portal.portal_secrets import Secrets, SigningKey

pytestmark = pytest.mark.django_db
MODEL = b"score 4 " + b"m" * 1000
GRACE_S = 15 * 60
EXAM_S = 5 * 3600


def receive(upload: Upload, offset: int, chunk: bytes) -> services.Received:
    return services.receive_bytes(upload=upload, offset=offset, chunk=chunk, now=clock.now())


def test_a_file_in_pieces_becomes_a_submission_with_a_job(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    assert receive(upload, 0, MODEL[:500]).submission is None
    received = receive(upload, 500, MODEL[500:])
    submission = Submission.objects.get()
    assert (received.offset, received.submission) == (len(MODEL), submission)
    assert storage.submitted(running.id, submission.sha256).read_bytes() == MODEL
    assert Job.objects.get(kind="grade").payload == {"submission": str(submission.pk)}
    assert not storage.part(upload.pk).exists()


def test_x9_a_receipt_verifies_and_a_changed_one_does_not(running: Sitting) -> None:
    document = receipt_of(running.submit("category1", MODEL)).model_dump(mode="json")
    (key,) = keyring.public_keys()
    assert is_signed_by(document, key.public_key)
    assert document["key_id"] == key.key_id
    assert document["sha256"] == hashlib.sha256(MODEL).hexdigest()
    for field, value in (("received_at", "2030-01-15T11:00:00Z"), ("category", "category2"), ("sha256", "0" * 64)):
        assert not is_signed_by({**document, field: value}, key.public_key)


@pytest.mark.usefixtures("stopped_clock")
def test_a_receipt_still_verifies_when_its_key_is_retired(running: Sitting, settings: Settings) -> None:
    document = receipt_of(running.submit("category1", MODEL)).model_dump(mode="json")
    old = settings.SIGNING_KEYS[0]
    (new,) = Secrets.generate(organisation="Example University", now=clock.now()).signing_keys
    settings.SIGNING_KEYS = (SigningKey(old.private_key, old.created_at, retired_at=clock.now()), new)
    published = {key.key_id: key for key in keyring.public_keys()}
    assert is_signed_by(document, published[document["key_id"]].public_key)
    assert published[document["key_id"]].retired_at == clock.now()
    later = receipt_of(running.submit("category1", b"score 1 other")).model_dump(mode="json")
    assert later["key_id"] != document["key_id"]


@pytest.mark.usefixtures("stopped_clock")
def test_nothing_is_taken_before_the_clock_runs(sit: Sit, candidate: User) -> None:
    with pytest.raises(NotStarted):
        sit(candidate).prepare().open("category1", MODEL)


@pytest.mark.parametrize("seconds", [-1, 0])
def test_s8_bytes_are_taken_until_the_grace_is_over(running: Sitting, stopped_clock: StoppedClock, seconds: int) -> None:
    stopped_clock.advance(EXAM_S - 1)
    upload = running.open("category1", MODEL)
    stopped_clock.advance(1 + GRACE_S + seconds)
    assert receive(upload, 0, MODEL).submission is not None


def test_s8_one_second_after_the_grace_no_byte_is_taken(running: Sitting, stopped_clock: StoppedClock) -> None:
    stopped_clock.advance(EXAM_S - 1)
    upload = running.open("category1", MODEL)
    assert receive(upload, 0, MODEL[:10]).offset == 10
    stopped_clock.advance(1 + GRACE_S + 1)
    with pytest.raises(AttemptClosed):
        receive(upload, 10, MODEL[10:])
    assert not Submission.objects.exists()


def test_an_empty_file_is_refused_by_the_verdicts_name(running: Sitting) -> None:
    with pytest.raises(FileRefused) as refusal:
        running.open("category1", b"")
    assert (refusal.value.code, refusal.value.exit_code) == ("file.empty", 3)
    assert "Save the model again" in refusal.value.message


def test_a_file_over_the_limit_is_refused_with_the_limit(running: Sitting) -> None:
    with pytest.raises(FileRefused) as refusal:
        running.open("category1", bytes(1024 * 1024 + 1))
    assert refusal.value.code == "file.too_large"
    assert "1048577" in refusal.value.message
    assert "at most 1048576" in refusal.value.message
    assert not Upload.objects.exists()


def test_a_file_at_the_limit_is_taken(running: Sitting) -> None:
    assert running.open("category1", bytes(1024 * 1024)).size == 1024 * 1024


def test_an_unknown_category_is_refused(running: Sitting) -> None:
    with pytest.raises(UnknownCategory):
        running.open("category9", MODEL)


def test_other_bytes_than_announced_count_nothing_and_can_be_sent_again(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    with pytest.raises(DigestMismatch):
        receive(upload, 0, MODEL[:-1] + b"x")
    upload.refresh_from_db()
    assert (upload.offset, upload.is_open, Submission.objects.count(), Job.objects.filter(kind="grade").count()) == (
        0,
        True,
        0,
        0,
    )
    assert receive(upload, 0, MODEL).submission == Submission.objects.get()


def test_bytes_elsewhere_than_the_offset_are_refused(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    receive(upload, 0, MODEL[:10])
    for offset in (0, 9, 11):
        with pytest.raises(OffsetConflict):
            receive(upload, offset, b"x")


def test_more_bytes_than_announced_are_refused(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    with pytest.raises(TooManyBytes):
        receive(upload, 0, MODEL + b"x")
    assert not Submission.objects.exists()


def test_two_requests_do_not_write_one_upload_at_once(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    with _part_of(upload), pytest.raises(UploadBusy):
        receive(upload, 0, MODEL)


def test_opening_another_upload_abandons_the_one_of_that_category(running: Sitting) -> None:
    first, other = running.open("category1", MODEL), running.open("category2", MODEL)
    receive(first, 0, MODEL[:10])
    second = running.open("category1", b"score 5")
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.is_open, other.is_open, second.is_open) == (False, True, True)
    with pytest.raises(UploadClosed):
        receive(first, 10, MODEL[10:])


def test_the_database_refuses_two_open_uploads_of_a_category(running: Sitting) -> None:
    running.open("category1", MODEL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.create(
            attempt=running.attempt, category="category1", file_name="x", sha256="0" * 64, size=1, opened_at=clock.now()
        )


def test_known_bytes_are_not_sent_again(running: Sitting) -> None:
    first = running.submit("category1", MODEL)
    upload = running.open("category2", MODEL)
    assert upload.completed_at == clock.now()
    assert upload.submission != first
    assert Submission.objects.count() == 2


def test_known_bytes_of_somebody_else_are_unknown(running: Sitting, sit: Sit, stranger: User) -> None:
    running.submit("category1", MODEL)
    theirs = sit(stranger).prepare().begin()
    assert theirs.open("category1", MODEL).completed_at is None


def test_an_abandoned_upload_takes_nothing(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    services.abandon_upload(upload=upload, now=clock.now())
    with pytest.raises(UploadClosed):
        services.abandon_upload(upload=upload, now=clock.now())
    with pytest.raises(UploadClosed):
        receive(upload, 0, MODEL)


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\models\\passwd", "/etc/passwd", "pass\nwd"])
def test_only_the_last_part_of_a_file_name_is_kept(running: Sitting, name: str) -> None:
    assert running.open("category1", MODEL, name=name).file_name == "passwd"


def test_s6_submissions_are_unlimited_and_beyond_sixty_an_hour_wait_behind_others(running: Sitting) -> None:
    for number in range(62):
        running.submit("category1", f"score 3 {number}".encode())
    priorities = list(Job.objects.filter(kind="grade").order_by("pk").values_list("priority", flat=True))
    assert priorities[:60] == [-waiting for waiting in range(60)]
    assert all(priority < -1000 for priority in priorities[60:])


def test_s6_the_program_settles_how_many_an_hour_are_graded_in_turn(running: Sitting) -> None:
    services.amend_policy(slug="tiny-demo", assignments=["submissions_an_hour=2"], actor="tests", now=clock.now())
    for number in range(3):
        running.submit("category1", f"score 3 {number}".encode())
    priorities = list(Job.objects.filter(kind="grade").order_by("pk").values_list("priority", flat=True))
    assert [priority < -1000 for priority in priorities] == [False, False, True]


def test_a_queue_of_one_candidate_does_not_hold_up_anothers_first_submission(sit: Sit, candidate: User, stranger: User) -> None:
    busy, other = (sit(user).prepare().begin() for user in (candidate, stranger))
    for number in range(5):
        busy.submit("category1", f"score 3 {number}".encode())
    late = other.submit("category1", b"score 3 late")
    order = Job.objects.filter(kind="grade").order_by("-priority", "run_at", "pk")
    assert [job.payload["submission"] for job in order].index(str(late.pk)) == 1


@pytest.mark.usefixtures("monkeypatch")
def test_a_crash_before_the_commit_leaves_the_last_piece_to_be_sent_again(running: Sitting) -> None:
    upload = running.open("category1", MODEL)
    receive(upload, 0, MODEL[:500])
    with suppress(RuntimeError), transaction.atomic():
        receive(upload, 500, MODEL[500:])
        raise RuntimeError
    upload.refresh_from_db()
    assert (upload.offset, Submission.objects.count(), Job.objects.filter(kind="grade").count()) == (500, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_send_the_same_bytes_at_once_one_submission_comes(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare().begin()
    upload, outcomes, gate = sitting.open("category1", MODEL), [], threading.Barrier(3)

    def send() -> None:
        gate.wait()
        try:
            outcomes.append(receive(upload, 0, MODEL).submission is not None)
        except (UploadBusy, UploadClosed, OffsetConflict):
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, True]
    assert (Submission.objects.count(), Job.objects.filter(kind="grade").count()) == (1, 1)
    assert storage.submitted(sitting.id, upload.sha256).read_bytes() == MODEL


@pytest.mark.django_db(transaction=True)
def test_of_two_openings_at_once_one_upload_stays_open(sit: Sit, candidate: User) -> None:
    sitting = sit(candidate).prepare().begin()
    gate, opened = threading.Barrier(3), []

    def announce(number: int) -> None:
        gate.wait()
        try:
            opened.append(sitting.open("category1", f"score {number}".encode()).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=announce, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 3
    assert Upload.objects.filter(abandoned_at=None).count() == 1


def test_our_fault_can_never_be_a_report(running: Sitting) -> None:
    submission = running.submit("category1", MODEL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            submission=submission,
            grader_digest="0" * 64,
            verdict="grader_error",
            reason="grader.fault",
            recorded_at=clock.now(),
        )
