"""The processes that an author's command starts, all of which end with it.

Ctrl+C reaches every process of a terminal. Those that are started here do not notice, so that none of them says a word: the
command alone is stopped, kills them, and clears away what they made. Should it be killed itself, the kernel ends them.
"""

import ctypes
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


class Stopped(KeyboardInterrupt):
    """Somebody stopped the command, with Ctrl+C or otherwise. `status` is what it has to end with."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.status = 128 + number


class _Children:
    """How to kill each process that runs. Used by many threads, and by a signal handler: so it needs no lock."""

    def __init__(self) -> None:
        self._kills: dict[object, Callable[[], None]] = {}
        self._are_ending = False

    @contextmanager
    def watched(self, kill: Callable[[], None]) -> Iterator[None]:
        key = object()
        self._kills[key] = kill
        try:
            if self._are_ending:
                kill()
            yield
        finally:
            del self._kills[key]

    def end(self) -> None:
        self._are_ending = True
        for kill in tuple(self._kills.values()):
            kill()

    def may_start(self) -> None:
        self._are_ending = False


_children = _Children()
watched = _children.watched
"""A process runs for as long as this context; the call kills it, if the command is stopped meanwhile."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` at Ctrl+C, or at another signal that ends a process, with everything that runs killed.

    The next ones are ignored, so that all is cleared away. Elsewhere than in the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPPING}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]  # nohup ignores one

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        for each in heard:
            signal.signal(each, signal.SIG_IGN)
        _children.end()
        raise Stopped(number)

    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        _children.may_start()
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """What is started in this context, threads and processes, never notices Ctrl+C: they inherit that it is blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def tied_to_parent() -> None:
    """Let the kernel kill this process as soon as the thread that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
