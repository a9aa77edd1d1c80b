"""Uploads: opened with digest and size, filled piece by piece, accepted as a submission with a receipt.

A file counts if its opening was accepted strictly before the deadline and its last byte arrived within the grace. Bytes go
to a part file that one request at a time may write (an advisory lock on the file). The last piece is only taken together
with everything that follows from it: the bytes match the announced digest, lie synced in their final place, and then one
transaction completes the upload, writes the submission with its receipt, and enqueues its grading. A crash before that
commit leaves the offset before the last piece, so the client sends that piece again.

The answer to an opening can be lost like any other. Whoever announces the same file again, from whatever device, is
answered with the upload that stands, and goes on from its offset; within the grace after the deadline too, since it was
opened before.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from guildmark.errors import AttemptClosed
from guildmark.rules.attempt import accepts_bytes, accepts_uploads
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import receipts, storage, waiting
from guildmark_portal.exams.attempts import abandon_open, enqueue_decision, locked_row, require_running
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.facts import drawn, exam_clock
from guildmark_portal.exams.models import Attempt, Submission, Upload
from guildmark_portal.exams.refusals import (
    DigestMismatch,
    FileRefused,
    OffsetConflict,
    TooManyBytes,
    UnknownCategory,
    UploadBusy,
    UploadClosed,
)
from guildmark_portal.jobs import services as jobs

GRADE = waiting.GRADE
_BEHIND_ALL = 10_000
_NAME_LENGTH = 200


@dataclass(frozen=True)
class Received:
    """`offset` bytes have arrived; with the last one, the submission that came of it."""

    offset: int
    submission: Submission | None


@transaction.atomic
def open_upload(  # noqa: PLR0913 - what an upload announces
    *, attempt: Attempt, category: str, file_name: str, sha256: str, size: int, now: datetime
) -> Upload:
    """Announce a file, or find the upload of it that stands. Bytes known already need not be sent again.

    A new upload takes the place of the one that is open in the category. The upload of known bytes is complete at once:
    `upload.submission` is there. Raises `FileRefused` with the reason `file.empty` or `file.too_large`, and
    `AttemptClosed` at the deadline and after it, unless this very file was announced before and its bytes still count.
    """
    fresh = locked_row(attempt)
    standing = _standing(fresh, category=category, sha256=sha256, size=size, now=now)
    if standing is not None:
        return standing
    require_running(fresh, now=now)
    _check_size(fresh, category, size)
    replaced = abandon_open(fresh, now=now, category=category)
    upload = Upload.objects.create(
        attempt=fresh, category=category, file_name=_plain_name(file_name), sha256=sha256, size=size, opened_at=now
    )
    _record(upload, "upload.opened", category=category, sha256=sha256, size=size, replaced=replaced)
    if _is_known(upload):
        _accept(upload, now=now)
    announce(fresh.pk)
    return upload


def _standing(attempt: Attempt, *, category: str, sha256: str, size: int, now: datetime) -> Upload | None:
    """The upload of this file that a repeated opening means, if its bytes still count at `now`.

    An open one that takes bytes; once no new one can be opened, a complete one too: its answer may have been the lost one.
    While uploads can be opened, handing known bytes in again is a submission of its own.
    """
    facts = exam_clock(attempt)
    same = Upload.objects.filter(attempt=attempt, category=category, sha256=sha256, size=size, abandoned_at=None)
    if accepts_uploads(facts, now=now):
        same = same.filter(completed_at=None)
    upload = same.select_related("attempt").first()
    if upload is None or not accepts_bytes(facts, opened_at=upload.opened_at, now=now):
        return None
    if upload.is_open and attempt.ended_at is not None:
        return None
    if upload.is_open and _is_known(upload):  # the same bytes arrived for another category meanwhile
        _accept(upload, now=now)
        transaction.on_commit(lambda: storage.part(upload.pk).unlink(missing_ok=True))
    return upload


def _check_size(attempt: Attempt, category: str, size: int) -> None:
    try:
        limit = drawn(attempt, category).form.task.contract.size_limit
    except KeyError as error:
        raise UnknownCategory from error
    if size <= 0:
        raise FileRefused("file.empty", {})
    if size > limit:
        raise FileRefused("file.too_large", {"found": size, "limit": limit})


def _plain_name(name: str) -> str:
    """The last part of what the client calls the file, printable: it is only ever shown."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    return "".join(character for character in last if character.isprintable())[:_NAME_LENGTH] or "model"


def _is_known(upload: Upload) -> bool:
    sent = Submission.objects.filter(attempt=upload.attempt_id, sha256=upload.sha256, size=upload.size)
    return sent.exists() and storage.submitted(upload.attempt_id, upload.sha256).exists()


def receive_bytes(*, upload: Upload, offset: int, chunk: bytes, now: datetime) -> Received:
    """Take `chunk`, which starts at `offset`. With the last byte the file is checked and accepted, or refused.

    Raises `OffsetConflict` if the upload stands elsewhere, and `DigestMismatch` if the bytes are not the announced ones:
    then nothing is counted and the upload starts again at offset 0.
    """
    with _part_of(upload) as descriptor:
        fresh = Upload.objects.select_related("attempt__exam_version", "attempt__user").get(pk=upload.pk)
        _check_piece(fresh, offset=offset, length=len(chunk), now=now)
        _write_at(descriptor, offset, chunk)
        stands = offset + len(chunk)
        if stands == fresh.size:
            return Received(offset=stands, submission=_complete(fresh, now=now))
        os.fdatasync(descriptor)  # an offset that outlives a power cut promises bytes that do
        if not _still_open(fresh).filter(offset=offset).update(offset=stands):
            raise OffsetConflict
        return Received(offset=stands, submission=None)


def _check_piece(upload: Upload, *, offset: int, length: int, now: datetime) -> None:
    if not upload.is_open:
        raise UploadClosed
    if not accepts_bytes(exam_clock(upload.attempt), opened_at=upload.opened_at, now=now):
        raise AttemptClosed
    if offset != upload.offset:
        raise OffsetConflict
    if offset + length > upload.size:
        raise TooManyBytes


@contextmanager
def _part_of(upload: Upload) -> Iterator[int]:
    """The part file, open for writing and locked against every other request."""
    path = storage.part(upload.pk)
    storage.make_private_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadBusy from error
        yield descriptor
    finally:
        os.close(descriptor)
        if path.exists() and not _still_open(upload).exists():
            path.unlink(missing_ok=True)


def _write_at(descriptor: int, offset: int, chunk: bytes) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _complete(upload: Upload, *, now: datetime) -> Submission:
    part = storage.part(upload.pk)
    if storage.digest(part) != upload.sha256:
        _start_again(upload)
        raise DigestMismatch
    if not _is_known(upload):
        storage.keep(part, storage.submitted(upload.attempt_id, upload.sha256))
    with transaction.atomic():
        upload.attempt = locked_row(upload.attempt)
        if not accepts_bytes(exam_clock(upload.attempt), opened_at=upload.opened_at, now=now):
            raise AttemptClosed
        return _accept(upload, now=now)


@transaction.atomic
def _start_again(upload: Upload) -> None:
    _still_open(upload).update(offset=0)
    os.truncate(storage.part(upload.pk), 0)
    _record(upload, "upload.digest_mismatch")
    announce(upload.attempt_id)


def _accept(upload: Upload, *, now: datetime) -> Submission:
    """Complete the upload, write the submission with its receipt, enqueue its grading: within the caller's transaction."""
    if not _still_open(upload).filter(offset=upload.offset).update(offset=upload.size, completed_at=now):
        raise UploadClosed
    upload.offset, upload.completed_at = upload.size, now
    submission = Submission(
        upload=upload,
        attempt=upload.attempt,
        category=upload.category,
        file_name=upload.file_name,
        sha256=upload.sha256,
        size=upload.size,
        opened_at=upload.opened_at,
        received_at=now,
    )
    receipts.sign(submission)
    submission.save(force_insert=True)
    jobs.enqueue(
        kind=GRADE,
        key=str(submission.pk),
        payload={"submission": str(submission.pk)},
        run_at=now,
        priority=_priority(submission, now=now),
    )
    _record(upload, "submission.accepted", submission=str(submission.pk), sha256=upload.sha256)
    announce(upload.attempt_id)
    return submission


def _priority(submission: Submission, *, now: datetime) -> int:
    """Fair shares: every submission of an attempt that waits already puts the next one a step behind everybody's first.

    What exceeds the program's submissions an hour, and what is practised, waits behind all of that. Nothing is refused.
    """
    others = Submission.objects.filter(attempt=submission.attempt_id).exclude(pk=submission.pk)
    is_recent = Q(received_at__gt=now - timedelta(hours=1))
    number: dict[str, int] = others.aggregate(
        waiting=Count("pk", Q(reports=None)), recent=Count("pk", is_recent, distinct=True)
    )
    program = submission.attempt.program
    is_behind = program.is_rehearsal or number["recent"] >= program.policy.submissions_an_hour
    return -number["waiting"] - (_BEHIND_ALL if is_behind else 0)


@transaction.atomic
def abandon_upload(*, upload: Upload, now: datetime) -> None:
    """Give an open upload up. Raises `UploadClosed` if it is complete or abandoned already."""
    attempt = locked_row(upload.attempt)
    if not _still_open(upload).update(abandoned_at=now):
        raise UploadClosed
    transaction.on_commit(lambda: storage.part(upload.pk).unlink(missing_ok=True))
    _record(upload, "upload.abandoned")
    if not accepts_uploads(exam_clock(attempt), now=now):  # after the deadline it may have been all that was waited for
        enqueue_decision(attempt, run_at=now)
    announce(attempt.pk)


def _still_open(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(pk=upload.pk, completed_at=None, abandoned_at=None)


def _record(upload: Upload, action: str, **detail: object) -> None:
    audit.record(actor=upload.attempt.user, action=action, subject=upload, detail=detail)
