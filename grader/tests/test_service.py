"""The service as the portal meets it: a process of its own, a socket, a descriptor."""

import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from guildmark.protocol import GradeJob, GradeReport
from guildmark.rules.verdict import Verdict
from guildmark_grader.sandbox import bwrap

pytestmark = pytest.mark.commands

LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Service:
    process: subprocess.Popen
    socket: Path
    bank: str


def serve_command(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "guildmark_grader.cli", "serve"]
    return [*command, "--socket", str(folder / "grader.sock"), "--banks", str(folder / "banks")]


@contextmanager
def serving(folder: Path, bank_folder: Path, slots: int = 1, *, around=(), options=()) -> Iterator[Service]:
    digest = hashlib.sha256((bank_folder / "bank.json").read_bytes()).hexdigest()
    (folder / "banks").mkdir(exist_ok=True)
    if not (folder / "banks" / digest).exists():
        (folder / "banks" / digest).symlink_to(bank_folder)
    path = folder / "grader.sock"
    command = [*around, *serve_command(folder), "--slots", str(slots), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield Service(process, path, digest)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def send(service: Service, model: Path, **changes) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(service.socket))
    content = model.read_bytes()
    job = GradeJob(
        submission="s1",
        bank=service.bank,
        form="largest",
        variant=0,
        file_sha256=hashlib.sha256(content).hexdigest(),
        file_size=len(content),
    ).model_copy(update=changes)
    request = job.model_dump_json().encode()
    with model.open("rb") as file:
        socket.send_fds(connection, [LENGTH.pack(len(request)) + request], [file.fileno()])
    return connection


def answer(connection: socket.socket) -> GradeReport:
    with connection, connection.makefile("rb") as stream:
        (length,) = LENGTH.unpack(stream.read(LENGTH.size))
        return GradeReport.model_validate_json(stream.read(length))


def boxes_of(service: Service) -> set[int]:
    """Every process that this service started: bubblewraps, zygotes, monitors and workers, not those of others here."""
    parents = {pid: int(stat.rpartition(")")[2].split()[1]) for pid, stat in stats().items()}
    family = {service.process.pid}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return family - {service.process.pid}


def stats() -> dict[int, str]:
    """The line `stat` of every process of this host."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                found[int(folder.name)] = (folder / "stat").read_text()
    return found


def is_there(pid: int) -> bool:
    return Path("/proc", str(pid)).exists()


def busy_workers_of(service: Service) -> set[int]:
    """Workers that have computed for a second: spares that only warm up are not among them."""
    ticks = {pid: sum(map(int, stat.rpartition(")")[2].split()[11:13])) for pid, stat in stats().items() if "(worker)" in stat}
    return {pid for pid in boxes_of(service) if ticks.get(pid, 0) > 1.0 * os.sysconf("SC_CLK_TCK")}


def wait_until(met, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not (reached := met()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return reached


@pytest.fixture
def service(tmp_path, bank_folder) -> Iterator[Service]:
    with serving(tmp_path, bank_folder) as running:
        yield running


def test_a_job_is_answered_with_a_report(service, models):
    report = answer(send(service, models / "honest.keras"))
    assert (report.verdict, report.score) == (Verdict.GRADED, 5)
    assert service.socket.stat().st_mode & 0o777 == 0o600


def test_faults_of_ours_are_never_charged(service, models, tmp_path):
    for changes in ({"bank": "0" * 64}, {"form": "unknown"}, {"variant": 5}, {"file_sha256": "0" * 64}):
        report = answer(send(service, models / "text.h5", **changes))
        assert (report.verdict, report.reason, report.score) == (Verdict.GRADER_ERROR, "grader.fault", None)


def test_a_request_that_is_none_is_our_fault_and_the_service_lives_on(service, models):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(service.socket))
        connection.sendall(LENGTH.pack(3) + b"{}}")
        assert answer(connection).verdict is Verdict.GRADER_ERROR
    assert answer(send(service, models / "text.h5")).reason == "file.not_a_model"


def test_a_file_over_the_limit_is_refused_by_its_size(service, models):
    report = answer(send(service, models / "too_large.h5"))
    assert (report.reason, report.params) == ("file.too_large", {"found": 9 * 1024 * 1024, "limit": 8 * 1024 * 1024})


def test_two_jobs_run_at_once(tmp_path, bank_folder, models):
    with serving(tmp_path, bank_folder, slots=2) as service:
        both = [send(service, models / name, form="hurried") for name in ("slow.keras", "slow.keras")]
        reports = []
        threads = [threading.Thread(target=lambda c=c: reports.append(answer(c))) for c in both]
        for thread in threads:
            thread.start()
        assert wait_until(lambda: len(busy_workers_of(service)) == 2, 30)
        for thread in threads:
            thread.join()
        assert [report.verdict for report in reports] == [Verdict.TIMED_OUT, Verdict.TIMED_OUT]


def test_who_hangs_up_ends_the_job(service, models):
    connection = send(service, models / "slow.keras")
    assert wait_until(lambda: busy_workers_of(service), 30)
    started = busy_workers_of(service)
    connection.close()
    assert wait_until(lambda: not any(map(is_there, started)), 5)
    assert answer(send(service, models / "text.h5")).reason == "file.not_a_model"


def test_killing_the_service_leaves_nothing_behind(tmp_path, bank_folder, models):
    with serving(tmp_path, bank_folder) as service:
        connection = send(service, models / "slow.keras")
        assert wait_until(lambda: busy_workers_of(service), 30)
        started = boxes_of(service)
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        assert wait_until(lambda: not any(map(is_there, started)), 5)
        with connection:
            assert connection.recv(1) == b""
    assert len(list(Path(f"{service.socket}.jobs").iterdir())) > 0
    with serving(tmp_path, bank_folder) as again:
        assert [path.name for path in Path(f"{again.socket}.jobs").iterdir()] == ["guildmark-jobs"]
        assert answer(send(again, models / "text.h5")).reason == "file.not_a_model"


def test_it_leaves_when_it_is_told_and_takes_everything_along(service):
    started = boxes_of(service)
    service.process.terminate()
    assert service.process.wait(30) == 0
    assert not service.socket.exists()
    assert wait_until(lambda: not any(map(is_there, started)), 30)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide bubblewrap from a process")
def test_it_does_not_start_where_no_box_stands_unless_it_is_told(tmp_path, bank_folder, models):
    hidden = ["unshare", "--mount", "sh", "-c", f'mount --bind /bin/false {bwrap.binary()} && exec "$@"', "sh"]
    (tmp_path / "banks").mkdir()
    command = [*hidden, *serve_command(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.rstrip().endswith("guildmark-grader doctor")
    with serving(tmp_path, bank_folder, around=hidden, options=["--insecure"]) as service:
        report = answer(send(service, models / "honest.h5"))
        assert (report.verdict, report.score) == (Verdict.GRADED, 5)


def test_it_says_why_it_cannot_start(tmp_path):
    command = [sys.executable, "-m", "guildmark_grader.cli", "serve", "--socket", tmp_path / "s", "--banks", tmp_path / "none"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "banks" in done.stderr


def test_a_report_is_json_of_the_protocol(service, models):
    report = answer(send(service, models / "lambda.keras"))
    assert json.loads(report.model_dump_json())["params"] == {"name": "twice"}


def said_instead_of_serving(folder: Path, socket_path: Path) -> tuple[int, str]:
    (folder / "banks").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "guildmark_grader.cli",
        "serve",
        "--socket",
        str(socket_path),
        "--banks",
        str(folder / "banks"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()[-1]


def test_a_second_service_on_a_socket_is_refused_and_the_first_serves_on(tmp_path, bank_folder, models):
    with serving(tmp_path, bank_folder) as service:
        status, said = said_instead_of_serving(tmp_path, service.socket)
        assert (status, said.startswith("Another grading service already listens at")) == (2, True)
        assert answer(send(service, models / "text.h5")).reason == "file.not_a_model"


def test_what_stands_where_the_socket_should_be_is_left_alone(tmp_path):
    (tmp_path / "bank.json").write_text("{}")
    (tmp_path / "grader.sock.jobs").mkdir()
    (tmp_path / "grader.sock.jobs" / "mine").touch()
    tried = [tmp_path / "bank.json", tmp_path / "grader.sock", tmp_path / "no" / "folder", tmp_path / ("x" * 120)]
    answers = [said_instead_of_serving(tmp_path, path) for path in tried]
    assert [status for status, _ in answers] == [2, 2, 2, 2]
    assert [said for _, said in answers if "Traceback" in said or ("--socket PATH" not in said and "bytes" not in said)] == []
    assert (tmp_path / "bank.json").read_text() == "{}"
    assert (tmp_path / "grader.sock.jobs" / "mine").exists()
