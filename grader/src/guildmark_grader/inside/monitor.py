"""The process between the zygote and a worker: it makes the worker's namespaces, watches its memory, and tells how it ended.

    what it says, one packet each, over a socket whose other end is the grader's
    BEGAN   with two descriptors: the monitor itself, and the worker, as pidfds
    ENDED   how the worker ended: `End`

    what it is told
    8 bytes, little-endian: how many bytes of memory the worker may have from now on, over what it has

It reads nothing that the worker wrote. A worker whose memory grows beyond its bound is killed, for limits on a process
count what is mapped, and shared mappings hardly at all.
"""

import contextlib
import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from typing import ClassVar, NoReturn

from guildmark_grader.inside import kernel

BEGAN = b"B"
MEMORY = struct.Struct("<Q")

_LOOK_MS = 25
_ENDING_MS = 200
_STATUS_LIMIT = 8192
_COUNTED = (b"RssAnon:", b"RssShmem:")


@dataclass(frozen=True)
class End:
    """How a worker ended: its wait status, whether it was killed for its memory, and what it had used.

    `cpu_s` in seconds, `peak_kib` in KiB: what was resident at most, frameworks included.
    """

    status: int
    is_over_memory: bool
    cpu_s: float
    peak_kib: int

    FORMAT: ClassVar = struct.Struct("<i?dQ")

    @property
    def is_killed(self) -> bool:
        """Whether SIGKILL ended it, whoever sent that."""
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    def to_bytes(self) -> bytes:
        """The packet."""
        return self.FORMAT.pack(*astuple(self))

    @classmethod
    def from_bytes(cls, packet: bytes) -> "End":
        """The end in a packet."""
        return cls(*cls.FORMAT.unpack(packet))


def watch(work: Callable[[], NoReturn], grader: socket.socket, worker_end: int, tidy: Callable[[], None]) -> NoReturn:
    """Fork the worker, which calls `work`, stay until it is gone, and `tidy`.

    `worker_end` is the descriptor that is the worker's alone.
    """
    processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)  # the worker will cover it
    worker = os.fork()
    if worker == 0:
        work()
    os.close(worker_end)
    status_file = os.open(f"{worker}/status", os.O_RDONLY | os.O_CLOEXEC, dir_fd=processes)
    with grader:
        itself, other = os.pidfd_open(os.getpid()), os.pidfd_open(worker)
        socket.send_fds(grader, [BEGAN], [itself, other])
        os.close(itself)
        is_over_memory = _wait(grader, other, status_file)
        _, status, used = os.wait4(worker, 0)
        end = End(status, is_over_memory, used.ru_utime + used.ru_stime, used.ru_maxrss)
        end = replace(end, is_over_memory=is_over_memory and end.is_killed)
        tidy()
        _forget(grader)
        grader.send(end.to_bytes())
    os._exit(0)


def _wait(grader: socket.socket, worker: int, status: int) -> bool:
    """Wait for the worker's end; whether it was killed for its memory."""
    poll = select.poll()
    poll.register(worker, select.POLLIN)
    poll.register(grader, select.POLLIN)
    bound: int | None = None
    while True:
        ready = {descriptor for descriptor, _ in poll.poll(None if bound is None else _LOOK_MS)}
        if worker in ready:
            return False
        if grader.fileno() in ready:
            told = grader.recv(MEMORY.size)
            if not told:  # nobody waits for it any more
                signal.pidfd_send_signal(worker, signal.SIGKILL)
                return False
            bound = (_memory(status) or 0) + MEMORY.unpack(told)[0]
        in_use = _memory(status) if bound is not None else 0
        if in_use is None and _is_over(worker, _ENDING_MS):  # one that is about to end has nothing to count either
            return False
        # Where the first thread has ended and others go on, the kernel shows nothing to count: that is for no honest worker.
        if in_use is None or (bound is not None and in_use > bound):
            signal.pidfd_send_signal(worker, signal.SIGKILL)
            return True


def _is_over(worker: int, wait_ms: int) -> bool:
    poll = select.poll()
    poll.register(worker, select.POLLIN)
    return bool(poll.poll(wait_ms))


def _forget(grader: socket.socket) -> None:
    """Take what was told and no longer matters: a socket that is closed over it would lose what it has just sent."""
    with contextlib.suppress(BlockingIOError):
        grader.recv(MEMORY.size, socket.MSG_DONTWAIT)


def _memory(status: int) -> int | None:
    """The bytes that a process keeps in memory and nobody could drop; 0 when it is gone, None when nobody can say.

    The first line is the name of the process, which is the worker's to choose.
    """
    try:
        _, *lines = os.pread(status, _STATUS_LIMIT, 0).split(b"\n")
    except ProcessLookupError:
        return 0
    counted = [int(line.split()[1]) * 1024 for line in lines if line.startswith(_COUNTED)]
    return sum(counted) if counted else None


def prepare(parent: int) -> None:
    """Make this fork of the zygote a process of its own: it dies with its parent, and waits for its own children."""
    kernel.die_with_parent()
    if os.getppid() != parent:
        os._exit(0)
    os.setsid()  # the kernel shares the processor by session: a worker with many threads shall not starve one with few
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
