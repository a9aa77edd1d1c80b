"""The places in which files are read: few in all, and fewer for one person, so that nobody can occupy all of them."""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from guildmark_portal.identity.intake.limits import AT_ONCE, LONGEST_WAIT_S, OF_ONE_AT_ONCE, OF_ONE_WAITING


class NoPlace(Exception):
    """No place became free in time, or this sender waits for one already."""


class Places:
    """`in_all` places, `of_one` of them for one sender at a time; of whom not more than `waiting` may wait."""

    def __init__(self, *, in_all: int, of_one: int, waiting: int, longest_wait_s: float) -> None:
        self._in_all, self._of_one, self._waiting, self._longest_wait_s = in_all, of_one, waiting, longest_wait_s
        self._changed = threading.Condition()
        self._taken: Counter[Hashable] = Counter()
        self._asking: Counter[Hashable] = Counter()

    @contextmanager
    def taken_by(self, sender: Hashable) -> Iterator[None]:
        """Hold a place. Raises `NoPlace`."""
        self._take(sender)
        try:
            yield
        finally:
            with self._changed:
                self._leave(self._taken, sender)
                self._changed.notify_all()

    def _take(self, sender: Hashable) -> None:
        with self._changed:
            if self._taken[sender] + self._asking[sender] >= self._of_one + self._waiting:
                raise NoPlace
            self._asking[sender] += 1
            try:
                if not self._changed.wait_for(lambda: self._is_free_for(sender), timeout=self._longest_wait_s):
                    raise NoPlace
                self._taken[sender] += 1
            finally:
                self._leave(self._asking, sender)

    def _is_free_for(self, sender: Hashable) -> bool:
        return self._taken.total() < self._in_all and self._taken[sender] < self._of_one

    @staticmethod
    def _leave(counted: Counter[Hashable], sender: Hashable) -> None:
        counted[sender] -= 1
        if not counted[sender]:
            del counted[sender]


PLACES: Final = Places(in_all=AT_ONCE, of_one=OF_ONE_AT_ONCE, waiting=OF_ONE_WAITING, longest_wait_s=LONGEST_WAIT_S)
