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
import resource
import select
import signal
import socket
import struct
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import ClassVar, NoReturn

from guildmark_grader.inside import kernel

BEGAN = b"B"
MEMORY = struct.Struct("<Q")

_LOOK_MS = 25
_STATUS_LIMIT = 8192
_COUNTED = ("RssAnon:", "RssShmem:")


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
            bound = _memory(status) + MEMORY.unpack(told)[0]
        if bound is not None and _memory(status) > bound:
            signal.pidfd_send_signal(worker, signal.SIGKILL)
            return True


def _forget(grader: socket.socket) -> None:
    """Take what was told and no longer matters: a socket that is closed over it would lose what it has just sent."""
    with contextlib.suppress(BlockingIOError):
        grader.recv(MEMORY.size, socket.MSG_DONTWAIT)


def _memory(status: int) -> int:
    """The bytes that a process keeps in memory and nobody could drop; 0 when it is gone."""
    try:
        lines = os.pread(status, _STATUS_LIMIT, 0).decode("ascii", "replace").splitlines()
    except ProcessLookupError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_COUNTED))


def prepare(parent: int) -> None:
    """Make this fork of the zygote a process of its own: it dies with its parent, and waits for its own children."""
    kernel.die_with_parent()
    if os.getppid() != parent:
        os._exit(0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
