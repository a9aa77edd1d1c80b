"""The grading service as the portal meets it: files go in by a socket, reports come out."""

import hashlib
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.bank import write_bank

from guildmark.protocol import GradeJob, GradeReport

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Grading:
    """A service that runs, and the bank that it grades by."""

    socket: Path
    bank: str

    def report_on(self, model: Path, form: str) -> GradeReport:
        """Hand a file in, and wait for the report."""
        content = model.read_bytes()
        job = GradeJob(
            submission="hostile",
            bank=self.bank,
            form=form,
            variant=0,
            file_sha256=hashlib.sha256(content).hexdigest(),
            file_size=len(content),
        )
        request = job.model_dump_json().encode()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self.socket))
            with model.open("rb") as file:
                socket.send_fds(connection, [_LENGTH.pack(len(request)) + request], [file.fileno()])
            with connection.makefile("rb") as stream:
                (length,) = _LENGTH.unpack(stream.read(_LENGTH.size))
                return GradeReport.model_validate_json(stream.read(length))


@contextmanager
def grading(folder: Path) -> Iterator[Grading]:
    """A service with two slots, for as long as the context lasts."""
    bank = write_bank(folder / "banks")
    path = folder / "grader.sock"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "guildmark_grader.cli",
        "serve",
        "--socket",
        path,
        "--banks",
        folder / "banks",
        "--slots",
        "2",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n", (folder / "log").read_text()
        yield Grading(path, bank)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
