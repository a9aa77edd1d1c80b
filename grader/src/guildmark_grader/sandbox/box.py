"""Starting a box, reading what it says, and ending it: with its answer, its time, or its asker."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import IO, Self

from guildmark.errors import OurFault
from guildmark_grader.sandbox import bwrap, layout
from guildmark_grader.sandbox.orders import MIB, Job, Limits, Orders
from guildmark_grader.sandbox.result import Malformed, Reader, Reply
from guildmark_grader.worker.reply import Stage

NOBODY = 65534

_LAUNCHER = Path(__file__).with_name("launcher.py")
_PROBE = Path(__file__).with_name("probe.py")
_PROBE_LIMIT_S = 10
_LOG_LIMIT = 16 * 1024
_CHUNK = MIB
_END_WAIT_S = 10.0


class BoxFault(OurFault):
    """The box could not be started. Nothing was run."""


class Ended(Enum):
    """Why a box was over."""

    REPLIED = "replied"
    DIED = "died"
    TIMED_OUT = "timed out"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Outcome:
    """What became of a job. `reached` tells when, in seconds from the start, each stage began; `log` is for us alone."""

    ended: Ended
    reply: Reply | None
    status: int
    log: str
    reached: Mapping[Stage, float]
    seconds: float


@dataclass
class _Run:
    """A box that runs, and what has been read of it."""

    process: "subprocess.Popen[bytes]"
    pidfd: int
    reader: Reader
    started: float
    log: bytearray = field(default_factory=bytearray)
    reached: dict[Stage, float] = field(default_factory=dict)
    is_sound: bool = True


@dataclass(frozen=True)
class Box:
    """How boxes are made on this host. As root, what runs in a box belongs to the user `uid` outside of it.

    `bubblewrap` names a binary; without it the system's is used, or the bundled one.
    """

    uid: int = NOBODY
    bubblewrap: Path | None = None

    def run(self, job: Job, limits: Limits) -> Outcome:
        """Run `job` to its end. When this returns, nothing of the box is left.

        Raises `BoxFault` if the box never stood, and `BubblewrapMissing` if this host has none.
        """
        orders = self._orders(job, limits)
        with _Pipe() as answers, _Pipe() as errors:
            run = self._start(orders.for_reply(answers.inner), answers.inner, errors.inner, job)
            answers.close_inner()
            errors.close_inner()
            try:
                ended = _follow(run, job, limits, answers.outer, errors.outer)
            finally:
                _end(run, answers.outer, errors.outer)
        seconds = time.monotonic() - run.started
        log = run.log.decode("utf-8", "replace")
        if Stage.STARTED not in run.reached:
            if ended is Ended.ABANDONED:
                return Outcome(ended, None, run.process.returncode, log, run.reached, seconds)
            raise BoxFault(f"the box did not start: {log.strip() or f'exit status {run.process.returncode}'}")
        reply = run.reader.reply if run.is_sound and ended is Ended.REPLIED else None
        return Outcome(ended, reply, run.process.returncode, log, run.reached, seconds)

    def probe(self) -> None:
        """Raise `BoxFault` or `BubblewrapMissing` unless boxes stand on this host."""
        limits = Limits(wall_s=_PROBE_LIMIT_S, memory=1024 * MIB, scratch=MIB)
        outcome = self.run(Job(files={}, predictions_bytes=0, worker=_PROBE), limits)
        if outcome.reply is None:
            raise BoxFault(f"the box gives no answer: {outcome.log.strip()}")

    def _start(self, orders: bytes, inner_end: int, log_inner_end: int, job: Job) -> _Run:
        try:
            process = subprocess.Popen(
                [layout.interpreter(), "-I", "-S", "-B", _LAUNCHER],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log_inner_end,
                pass_fds=[inner_end],
                env={},
                cwd="/",
            )
        except OSError as error:
            raise BoxFault(f"the launcher cannot be started: {error}") from error
        run = _Run(process, os.pidfd_open(process.pid), Reader(job.predictions_bytes), time.monotonic())
        with contextlib.suppress(BrokenPipeError):  # it died at once; its log says why
            stdin: IO[bytes] = process.stdin  # type: ignore[assignment]
            stdin.write(orders)
            stdin.close()
        return run

    def _orders(self, job: Job, limits: Limits) -> Orders:
        return Orders(job, limits, self.bubblewrap or bwrap.binary(), self.uid if os.geteuid() == 0 else None)


class _Pipe:
    """A pipe out of the box. Each end is closed once: another thread may own the same number a moment later."""

    def __init__(self) -> None:
        self.outer, self.inner = os.pipe()
        os.set_blocking(self.outer, False)
        self._is_inner_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.outer)
        self.close_inner()

    def close_inner(self) -> None:
        """Let go of the box's end, once the box has it."""
        if self._is_inner_open:
            self._is_inner_open = False
            os.close(self.inner)


def _follow(run: _Run, job: Job, limits: Limits, reply_end: int, log_end: int) -> Ended:
    """Read until the reply is complete, the worker is gone, the asker hung up, or the time is up."""
    with selectors.DefaultSelector() as selector:
        selector.register(reply_end, selectors.EVENT_READ, "reply")
        selector.register(log_end, selectors.EVENT_READ, "log")
        if job.asker is not None:
            selector.register(job.asker, selectors.EVENT_READ, "asker")
        while (left := _deadline(run, limits) - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if key.data == "asker" and job.asker is not None and _hung_up(job.asker):
                    return Ended.ABANDONED
                if key.data == "log" and not _take_log(run, log_end):
                    selector.unregister(log_end)
                if key.data == "reply" and (ended := _take_reply(run, reply_end)) is not None:
                    return ended
    return Ended.TIMED_OUT


def _deadline(run: _Run, limits: Limits) -> float:
    reached = run.reached
    if Stage.LOADING in reached:
        return run.started + reached[Stage.LOADING] + limits.wall_s
    if Stage.INSPECTING in reached and Stage.IMPORTING not in reached:
        return run.started + reached[Stage.INSPECTING] + limits.inspection_s
    if not reached or Stage.IMPORTING in reached:
        return run.started + max(reached.values(), default=0) + limits.startup_s
    return run.started + max(reached.values()) + limits.wall_s


def _take_reply(run: _Run, reply_end: int) -> Ended | None:
    chunk = os.read(reply_end, _CHUNK)
    if not chunk:
        return Ended.DIED
    try:
        run.reader.feed(chunk)
    except Malformed:
        run.is_sound = False
        return Ended.DIED
    finally:
        for stage in run.reader.stages:
            run.reached.setdefault(stage, time.monotonic() - run.started)
    return Ended.REPLIED if run.reader.reply is not None else None


def _take_log(run: _Run, log_end: int) -> bool:
    try:
        chunk = os.read(log_end, _CHUNK)
    except BlockingIOError:
        return True
    run.log += chunk
    del run.log[:-_LOG_LIMIT]
    return bool(chunk)


def _hung_up(asker: socket.socket) -> bool:
    try:
        return asker.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _end(run: _Run, reply_end: int, log_end: int) -> None:
    """Kill what is left, and wait until the kernel has ended the whole process namespace: the pipe's other ends are gone."""
    if run.reader.reply is None:
        # Whoever ended by himself has a status that tells how: a moment, so that it is not ours.
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(0 if run.process.poll() is None and not run.is_sound else 0.2)
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(run.pidfd, signal.SIGKILL)
    run.process.wait()
    os.close(run.pidfd)
    deadline = time.monotonic() + _END_WAIT_S
    with selectors.DefaultSelector() as selector:
        for end in (reply_end, log_end):
            selector.register(end, selectors.EVENT_READ)
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if not _drain(run, key.fd, is_log=key.fd == log_end):
                    selector.unregister(key.fd)


def _drain(run: _Run, end: int, *, is_log: bool) -> bool:
    if is_log:
        return _take_log(run, end)
    return bool(os.read(end, _CHUNK))
