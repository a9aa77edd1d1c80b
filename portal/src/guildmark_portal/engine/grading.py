"""The job `grade`: hand a submission to the grading service, and record what it found.

The service listens on a Unix socket and takes one job a connection: length and JSON of a `GradeJob`, with the file itself as
an open descriptor; it answers length and JSON of a `GradeReport`. Whatever goes wrong on the way, the service's own faults
included, is ours: the handler raises, and the job is tried again without end. Only a report ends it.
"""

import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from guildmark.errors import OurFault
from guildmark.protocol import GradeJob, GradeReport
from guildmark.rules.wording import describe
from guildmark_portal import clock
from guildmark_portal.engine import live, queue_news
from guildmark_portal.exams import storage
from guildmark_portal.exams.facts import drawn
from guildmark_portal.exams.models import Regrade, Submission
from guildmark_portal.exams.services import found_before, record_report
from guildmark_portal.exams.uploads import GRADE
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import handler

_VARIANT: Final = "attempt__exam_version"
"""Where the bank is named, of which the attempt drew."""
_LENGTH: Final = struct.Struct(">I")
_LONGEST_ANSWER: Final = 1024 * 1024
_TIMEOUT_S: Final = 600.0
"""Longer than any grading may take, a wait for a free slot included: this only notices a service that hangs."""
_SOCKET_PATH_LENGTH: Final = 100
_LONGEST_WAIT_S: Final = 30


class GradingFailed(OurFault):
    """The grading service gave no report; the file is graded again by itself."""


@handler(GRADE, attempts=None, longest_wait_s=_LONGEST_WAIT_S)
def grade(job: Job) -> None:
    """Grade the submission that `job` names. Safe to run again: a report is recorded once."""
    if "regrade" in job.payload:
        _grade_again(job)
        return
    submission = Submission.objects.select_related(_VARIANT).filter(pk=UUID(job.payload["submission"])).first()
    if submission is None:  # its account was deleted meanwhile; a job that fails for ever would look like grading that fails
        return
    report = found_before(submission) or _asked(submission, meanwhile=lambda: _tell_that_it_began(submission))
    record_report(submission=submission, report=report, now=clock.now())
    live.notify(submission.attempt_id, at_once=True)


def _grade_again(job: Job) -> None:
    """A regrade asks the service even for bytes that it knows. Nothing is left to do once the account or the file is gone."""
    regrade = Regrade.objects.select_related(f"submission__{_VARIANT}").filter(pk=job.payload["regrade"]).first()
    if regrade is None:
        return
    submission = regrade.submission
    if storage.submitted(submission.attempt_id, submission.sha256).exists():
        record_report(submission=submission, report=_asked(submission), now=clock.now(), regrade=regrade)


def _tell_that_it_began(submission: Submission) -> None:
    live.notify(submission.attempt_id)
    queue_news.moved()


def _asked(submission: Submission, *, meanwhile: Callable[[], None] = lambda: None) -> GradeReport:
    model = storage.submitted(submission.attempt_id, submission.sha256)
    report = ask(job_of(submission), model, meanwhile=meanwhile)
    if report.verdict.is_ours:
        raise GradingFailed(f"The grading service reported a fault of its own ({report.reason}).")
    _check_sentence(report)
    return report


def job_of(submission: Submission) -> GradeJob:
    """What the grading service is told: bank, form and variant that the attempt drew, and the file's digest."""
    attempt = submission.attempt
    chosen = drawn(attempt, submission.category)
    return GradeJob(
        submission=str(submission.pk),
        bank=attempt.exam_version.bank_sha256,
        form=chosen.form.task.id,
        variant=chosen.variant,
        file_sha256=submission.sha256,
        file_size=submission.size,
    )


def ask(job: GradeJob, model: Path, *, meanwhile: Callable[[], None] = lambda: None) -> GradeReport:
    """The grading service's report; `meanwhile` is done while it works.

    Raises `GradingFailed` if it cannot be reached, hangs up, or answers nonsense.
    """
    try:
        with _connected() as connection, model.open("rb") as file:
            _send(connection, job, file.fileno())
            meanwhile()
            return GradeReport.model_validate_json(_receive(connection))
    except (OSError, ValueError) as error:
        raise GradingFailed(f"The grading service gave no report ({type(error).__name__}: {error}).") from error


@contextmanager
def _connected() -> Iterator[socket.socket]:
    path = Path(settings.GRADER_SOCKET)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_TIMEOUT_S)
        if len(os.fsencode(path)) <= _SOCKET_PATH_LENGTH:
            connection.connect(str(path))
        else:
            # An address holds 107 bytes; a deeper data directory is reached through a descriptor of its folder.
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                connection.connect(f"/proc/self/fd/{folder}/{path.name}")
            finally:
                os.close(folder)
        yield connection


def _send(connection: socket.socket, job: GradeJob, file: int) -> None:
    body = job.model_dump_json().encode()
    message = _LENGTH.pack(len(body)) + body
    sent = socket.send_fds(connection, [message], [file])
    if sent < len(message):  # sending nothing to a service that has answered already would break the pipe
        connection.sendall(message[sent:])


def _receive(connection: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > _LONGEST_ANSWER:
        raise ValueError(f"an answer of {length} bytes")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        piece = connection.recv(length - len(received))
        if not piece:
            raise ConnectionResetError("the service hung up")
        received += piece
    return bytes(received)


def _check_sentence(report: GradeReport) -> None:
    """A reason that cannot be told to a candidate is a fault of the grader, found before it is recorded."""
    try:
        describe(report.reason, report.params)
    except (KeyError, IndexError) as error:
        raise GradingFailed(f"The grading service gave a reason that has no sentence ({report.reason}).") from error
