"""The places in which files are read: few in all, and fewer for one person, so that nobody can occupy all of them."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from guildmark_portal.identity.intake.limits import (
    AT_ONCE,
    LONGEST_WAIT_S,
    OF_ONE_AT_ONCE,
    OF_ONE_MOST_S,
    OF_ONE_WAITING,
    SPENT_WITHIN_S,
)


class NoPlace(Exception):
    """No place became free in time, or this sender waits for one already."""


class Spent(Exception):
    """This sender has held places for as long as one may."""


class Spending:
    """How long each sender has held places lately: at most `most_s` seconds in any `within_s`."""

    def __init__(
        self,
        *,
        most_s: float = OF_ONE_MOST_S,
        within_s: float = SPENT_WITHIN_S,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_s, self._within_s, self.seconds = most_s, within_s, seconds
        self._of: dict[Hashable, deque[tuple[float, float]]] = {}

    def forget(self) -> None:
        """Begin anew, with nobody."""
        self._of.clear()

    def add(self, sender: Hashable, since: float) -> None:
        """Note that the sender held a place from `since` until now."""
        self._of.setdefault(sender, deque()).append((self.seconds(), self.seconds() - since))

    def is_used_up(self, sender: Hashable) -> bool:
        """Whether the sender has none left; what is long past is forgotten, of everybody."""
        past = self.seconds() - self._within_s
        for known in list(self._of):
            while self._of[known] and self._of[known][0][0] <= past:
                self._of[known].popleft()
            if not self._of[known]:
                del self._of[known]
        return sum(held for _at, held in self._of.get(sender, ())) >= self._most_s


class Places:
    """`in_all` places, `of_one` of them for one sender at a time; of whom not more than `waiting` may wait."""

    def __init__(
        self, *, in_all: int, of_one: int, waiting: int, longest_wait_s: float, spending: Spending | None = None
    ) -> None:
        self._in_all, self._of_one, self._waiting, self._longest_wait_s = in_all, of_one, waiting, longest_wait_s
        self.spending = spending or Spending()
        self._changed = threading.Condition()
        self._taken: Counter[Hashable] = Counter()
        self._asking: Counter[Hashable] = Counter()

    @contextmanager
    def taken_by(self, sender: Hashable) -> Iterator[None]:
        """Hold a place. Raises `NoPlace` or `Spent`."""
        self._take(sender)
        since = self.spending.seconds()
        try:
            yield
        finally:
            with self._changed:
                self.spending.add(sender, since)
                self._leave(self._taken, sender)
                self._changed.notify_all()

    def _take(self, sender: Hashable) -> None:
        with self._changed:
            if self.spending.is_used_up(sender):
                raise Spent
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
