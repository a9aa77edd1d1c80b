"""The grading service: one job a connection on a Unix socket, so many at once as there are slots.

A client sends a length (4 bytes, big-endian) and a `protocol.GradeJob` as JSON, with one descriptor, the model file, on the
first message. It is answered with a length and a `protocol.GradeReport`. While it waits it sends nothing more: an end of its
stream means that it hung up, and ends the job. Whatever is ours becomes a report that says so, its cause goes to the log.
"""

import fcntl
import hashlib
import logging
import os
import shutil
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from guildmark.errors import GuildmarkError, OurFault, UsageError
from guildmark.i18n import _
from guildmark.protocol import GradeJob, GradeReport
from guildmark_grader.banks import Bank, HiddenStore, open_bank
from guildmark_grader.grade import Abandoned, Grader
from guildmark_grader.pool import Pool
from guildmark_grader.reports import fault_report
from guildmark_grader.sandbox import Box, hung_up
from guildmark_grader.worker.request import Program

logger = logging.getLogger(__name__)

_LENGTH = struct.Struct(">I")
_REQUEST_LIMIT = 64 * 1024
_REQUEST_WAIT_S = 30.0
_CHUNK = 1024 * 1024
_SLOT_WAIT_S = 0.1
_LONGEST_PATH = 107
"""Bytes: what the kernel takes for the path of a socket."""
_MARK = "guildmark-jobs"
"""An empty file by which a folder of jobs is known."""


class BadRequest(OurFault):
    """The portal asked for something that is not a job."""


class Service:
    """Listens at `socket_path` for jobs on the banks under `banks`. Used as a context, then `serve`."""

    def __init__(self, socket_path: Path, banks: Path, *, slots: int, box: Box) -> None:
        self._path, self._scratch = socket_path, socket_path.with_name(f"{socket_path.name}.jobs")
        self._banks_folder = banks
        self._slots_in_all, self._slots = slots, threading.Semaphore(slots)
        self._box = box
        self._banks: dict[str, Bank] = {}
        self._threads = max(1, (os.cpu_count() or 1) // slots)

    def serve(self) -> Iterator[None]:
        """Answer until closed. Yields once, when it listens; raises `BoxFault` before that where no box stands."""
        pool = Pool(self._box, threads=min(2, self._threads), spares=self._slots_in_all)
        with self._alone(), self._scratch_folder() as scratch, pool, self._listening() as listener:
            pool.check()
            pool.prepare([Program.INSPECT, Program.TENSORFLOW])
            grader = Grader(pool, HiddenStore(scratch))
            yield
            while True:
                connection, _address = listener.accept()
                threading.Thread(target=self._attend, args=(connection, grader), daemon=True).start()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the socket's lock, which the kernel frees however the process ends. Raises `UsageError` if it is taken."""
        if len(os.fsencode(self._path)) > _LONGEST_PATH:
            raise UsageError(
                _("The path of the socket is too long: {path}.").format(path=self._path),
                next_step=_("Choose one of at most {limit} bytes.").format(limit=_LONGEST_PATH),
            )
        if self._path.exists() and not self._path.is_socket():
            raise UsageError(
                _("{path} exists, and is no socket.").format(path=self._path),
                next_step=_("Name a path that does not exist yet: --socket PATH."),
            )
        try:
            lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UsageError(
                _("No socket can be made at {path}: {why}.").format(path=self._path, why=error.strerror),
                next_step=_("Name a path in a folder that exists and that you may write to: --socket PATH."),
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise UsageError(
                _("Another grading service already listens at {path}.").format(path=self._path),
                next_step=_("Use it, stop it first, or choose another path: --socket PATH."),
            ) from error
        finally:
            os.close(lock)

    @contextmanager
    def _scratch_folder(self) -> Iterator[Path]:
        """A folder beside the socket. What a killed service left there is cleared away first, and nothing else ever is."""
        mark = self._scratch / _MARK
        if self._scratch.exists() and not mark.is_file() and (not self._scratch.is_dir() or any(self._scratch.iterdir())):
            raise UsageError(
                _("{path} is needed for jobs, and holds something else.").format(path=self._scratch),
                next_step=_("Move it away, or choose another path: --socket PATH."),
            )
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(mode=0o700)
        mark.touch()
        try:
            yield self._scratch
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    @contextmanager
    def _listening(self) -> Iterator[socket.socket]:
        with suppress(FileNotFoundError):
            self._path.unlink()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self._path))
            self._path.chmod(0o600)
            listener.listen(64)
            try:
                yield listener
            finally:
                self._path.unlink(missing_ok=True)

    def _attend(self, connection: socket.socket, grader: Grader) -> None:
        with connection:
            try:
                report = self._answer(connection, grader)
            except Abandoned:
                return
            except (GuildmarkError, OSError) as error:
                logger.error("a job cannot be graded: %s: %s", type(error).__name__, error)  # noqa: TRY400 - it says it all
                report = fault_report()
            except Exception:
                logger.exception("a job met an error in the grader")
                report = fault_report()
            content = report.model_dump_json().encode()
            with suppress(OSError):  # whoever asked is gone
                connection.sendall(_LENGTH.pack(len(content)) + content)

    def _answer(self, connection: socket.socket, grader: Grader) -> GradeReport:
        job, descriptor = receive_job(connection)
        try:
            while not self._slots.acquire(timeout=_SLOT_WAIT_S):
                if hung_up(connection):
                    raise Abandoned
            try:
                return self._grade(job, descriptor, connection, grader)
            finally:
                self._slots.release()
        finally:
            os.close(descriptor)

    def _grade(self, job: GradeJob, descriptor: int, connection: socket.socket, grader: Grader) -> GradeReport:
        bank = self._bank(job.bank)
        form = bank.form(job.form)
        with tempfile.NamedTemporaryFile(dir=self._scratch, prefix="received-") as received:
            size = os.fstat(descriptor).st_size
            if size > form.task.contract.size_limit:
                received.truncate(size)  # its size says it all: nothing of it is read
            elif _copied(descriptor, received.fileno()) != job.file_sha256:
                raise BadRequest("the file is not the one that the job names")
            return grader.grade(bank, form, job.variant, Path(received.name), asker=connection)

    def _bank(self, digest: str) -> Bank:
        if digest not in self._banks:
            self._banks[digest] = open_bank(self._banks_folder / digest, digest=digest)
        return self._banks[digest]


def receive_job(connection: socket.socket) -> tuple[GradeJob, int]:
    """The job on a fresh connection, and the descriptor of its file. Raises `BadRequest`."""
    connection.settimeout(_REQUEST_WAIT_S)
    content, descriptors, _flags, _address = socket.recv_fds(connection, _REQUEST_LIMIT, 1)
    try:
        job = GradeJob.model_validate_json(_whole(content, connection))
        (descriptor,) = descriptors
    except (BadRequest, ValueError, OSError) as error:
        for descriptor in descriptors:
            os.close(descriptor)
        raise BadRequest(str(error)) from error
    connection.settimeout(None)
    return job, descriptor


def _whole(content: bytes, connection: socket.socket) -> bytes:
    """The request whose beginning is `content`, without its length."""
    while len(content) < _LENGTH.size or len(content) < _LENGTH.size + _LENGTH.unpack_from(content)[0]:
        more = connection.recv(_REQUEST_LIMIT) if len(content) < _REQUEST_LIMIT else b""
        if not more:
            raise BadRequest("the request is cut short, or too long")
        content += more
    return content[_LENGTH.size :]


def _copied(source: int, target: int) -> str:
    """The SHA-256 of a file that is copied from its beginning."""
    digest, offset = hashlib.sha256(), 0
    while chunk := os.pread(source, _CHUNK, offset):
        digest.update(chunk)
        os.pwrite(target, chunk, offset)
        offset += len(chunk)
    return digest.hexdigest()
