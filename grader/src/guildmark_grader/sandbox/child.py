"""A worker, seen from outside: born, ready, given its one job, followed, and ended."""

import contextlib
import os
import select
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from guildmark_grader.inside.monitor import BEGAN, MEMORY, End
from guildmark_grader.sandbox.faults import BoxFault, WorkerLost
from guildmark_grader.sandbox.job import MIB, Ended, Job, Nest, Outcome
from guildmark_grader.sandbox.result import Malformed, Reader
from guildmark_grader.worker.main import READY
from guildmark_grader.worker.reply import Stage

READY_LIMIT_S = 60.0

_LOG_LIMIT = 16 * 1024
_CHUNK = MIB
_END_WAIT_S = 10.0
_LAST_BREATH_S = 0.2
_LOOK_S = 0.05
_MANY_READS, _CRUMB = 64, 1024
_PACKET = 64


@dataclass
class _Run:
    """A job that runs, and what has been read of it."""

    reader: Reader
    started: float
    log: bytearray = field(default_factory=bytearray)
    reached: dict[Stage, float] = field(default_factory=dict)
    is_sound: bool = True
    reads: int = 0
    received: int = 0

    @property
    def is_dribbling(self) -> bool:
        """Whether the reply comes in crumbs, each of which would wake us."""
        return self.reads > _MANY_READS and self.received < self.reads * _CRUMB


class Child:
    """A single-use worker. Its first packet says that it stands and is locked down."""

    def __init__(self, worker: socket.socket, monitor: socket.socket, nest: Nest, last_words: Callable[[], str]) -> None:
        self.nest = nest
        self._worker, self._monitor = worker, monitor
        self._last_words = last_words
        self._pidfds: list[int] = []
        self._is_ready = False
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait_until_ready(self, limit_s: float = READY_LIMIT_S) -> None:
        """Return once the worker waits for its job. Raises `BoxFault` if it does not come to that."""
        if self._is_ready:
            return
        try:
            self._take_pidfds(limit_s)
            self._worker.settimeout(limit_s)
            said = self._worker.recv(1)
        except OSError as error:
            raise BoxFault(f"a worker was not born: {error}; {self._last_words()}") from error
        if said != READY:
            raise BoxFault(f"a worker died before its job: {self._last_words()}")
        self._is_ready = True

    @property
    def is_alive(self) -> bool:
        """Whether it is still there to be given a job."""
        if self._is_closed or len(self._pidfds) != 2:  # noqa: PLR2004 - as below
            return False
        poll = select.poll()
        poll.register(self._pidfds[1], select.POLLIN)
        return not poll.poll(0)

    def _take_pidfds(self, limit_s: float) -> None:
        if self._pidfds:
            return
        self._monitor.settimeout(limit_s)
        packet, self._pidfds, _flags, _address = socket.recv_fds(self._monitor, _PACKET, 2)
        if packet != BEGAN or len(self._pidfds) != 2:  # noqa: PLR2004 - the monitor and the worker
            raise BoxFault(f"a monitor was not born: {self._last_words()}")

    def run(self, job: Job) -> Outcome:
        """Do `job`, once. When this returns, nothing of the worker is left.

        Raises `BoxFault` if the worker was lost before it began, and `WorkerLost` if it, or its monitor, was killed afterwards.
        """
        self.wait_until_ready()
        run = _Run(Reader(job.predictions_bytes), time.monotonic())
        with _Pipe() as answers, _Pipe() as prints:
            try:
                self._monitor.send(MEMORY.pack(job.memory))
                socket.send_fds(self._worker, [job.request], [answers.inner, prints.inner, *job.files])
            except OSError as error:
                raise BoxFault(f"a worker was gone before its job: {self._last_words()}") from error
            answers.close_inner()
            prints.close_inner()
            try:
                ended = self._follow(run, job, answers.outer, prints.outer)
                is_by_itself = ended is Ended.DIED and self._is_over(_LAST_BREATH_S if run.is_sound else 0)
            finally:
                end = self._end()
                _drain(run, prints.outer)
        if ended is Ended.DIED and run.is_sound and not run.reached:
            raise BoxFault(f"a worker was lost before its job: {self._last_words() or run.log.decode('utf-8', 'replace')!r}")
        if ended is Ended.DIED and end is not None and end.is_over_memory:
            ended = Ended.OVER_MEMORY
        is_killed = is_by_itself and end is not None and end.is_killed
        if ended is Ended.DIED and is_killed and end is not None and end.cpu_s >= job.cpu_s:
            ended = Ended.TIMED_OUT  # the kernel's limit on processor time ends the first process of a namespace like this
        outcome = Outcome(
            ended=ended,
            reply=run.reader.reply if run.is_sound and ended is Ended.REPLIED else None,
            status=end.status if end is not None and is_by_itself else None,
            log=run.log.decode("utf-8", "replace"),
            reached=run.reached,
            seconds=time.monotonic() - run.started,
            cpu_s=0.0 if end is None else end.cpu_s,
            peak_kib=0 if end is None else end.peak_kib,
        )
        if end is None or (ended is Ended.DIED and is_killed):
            raise WorkerLost(f"a worker was lost in its job: {run.log.decode('utf-8', 'replace')[-500:]!r}", outcome)
        return outcome

    def _follow(self, run: _Run, job: Job, reply_end: int, log_end: int) -> Ended:
        """Read until the reply is complete, the worker is gone, the asker hung up, or the time is up."""
        with selectors.DefaultSelector() as selector:
            selector.register(reply_end, selectors.EVENT_READ, "reply")
            selector.register(self._monitor, selectors.EVENT_READ, "monitor")
            if job.asker is not None:
                selector.register(job.asker, selectors.EVENT_READ, "asker")
            while (left := run.started + job.wall_s - time.monotonic()) > 0:
                ready = {key.data for key, _ in selector.select(min(left, _LOOK_S))}
                _take_log(run, log_end)  # now and then: whoever prints without end shall not keep us busy
                if "asker" in ready and job.asker is not None and hung_up(job.asker):
                    return Ended.ABANDONED
                # What a worker said before it died counts, so the reply is read first.
                if "reply" in ready and (ended := _take_reply(run, reply_end)) is not None:
                    return ended
                if run.is_dribbling:
                    time.sleep(_LOOK_S / 10)  # let crumbs gather: each alone would cost us as much as a whole pipe
                if ready == {"monitor"}:
                    return Ended.DIED
        return Ended.TIMED_OUT

    def _is_over(self, wait_s: float) -> bool:
        """Whether the worker has ended by itself, which its pipes may tell a moment before its process does."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._pidfds[1], selectors.EVENT_READ)
            return bool(selector.select(wait_s))

    def _end(self) -> End | None:
        """Kill the worker, and with it all of its process namespace, and hear from the monitor how it ended."""
        self._kill(1)
        self._monitor.settimeout(_END_WAIT_S)
        try:
            packet = self._monitor.recv(_PACKET)
        except OSError:
            packet = b""
        self.close()
        return End.from_bytes(packet) if len(packet) == End.FORMAT.size else None

    def close(self) -> None:
        """End the worker, whatever it is doing. Descriptors are closed once: another thread may own the numbers afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        if not self._pidfds:
            with contextlib.suppress(OSError, BoxFault):
                self._take_pidfds(_END_WAIT_S)
        for which in range(len(self._pidfds) - 1, -1, -1):
            self._kill(which)
        for descriptor in self._pidfds:
            os.close(descriptor)
        self._worker.close()
        self._monitor.close()

    def _kill(self, which: int) -> None:
        """Kill the monitor (0) or the worker (1)."""
        with contextlib.suppress(ProcessLookupError, IndexError):
            signal.pidfd_send_signal(self._pidfds[which], signal.SIGKILL)


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


def _take_reply(run: _Run, reply_end: int) -> Ended | None:
    chunk = os.read(reply_end, _CHUNK)
    if not chunk:
        return Ended.DIED
    run.reads += 1
    run.received += len(chunk)
    try:
        run.reader.feed(chunk)
    except Malformed:
        run.is_sound = False
        return Ended.DIED
    finally:
        for stage in run.reader.stages:
            run.reached.setdefault(stage, time.monotonic() - run.started)
    return Ended.REPLIED if run.reader.reply is not None else None


def _take_log(run: _Run, log_end: int) -> None:
    """Take what lies in the pipe, once."""
    with contextlib.suppress(BlockingIOError):
        run.log += os.read(log_end, _CHUNK)
        del run.log[:-_LOG_LIMIT]


def _drain(run: _Run, log_end: int) -> None:
    """Take what a worker that is gone has left in the pipe: at most what a pipe holds."""
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(log_end, _CHUNK):
            run.log += chunk
            del run.log[:-_LOG_LIMIT]


def hung_up(asker: socket.socket) -> bool:
    """Whether the other end of a connection, which has nothing more to say, is gone."""
    try:
        return asker.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
