"""How a commit wakes idle runners in the same process. Runners elsewhere find the job when they next look.

One job wakes one thread that could do it: more of them would look at the table at once, and hold up the one that finds it.
"""

import threading
import weakref
from collections.abc import Callable


class Bell:
    """Rung when there may be work of the kinds that it `hears`. `wait` returns at once if it was rung since the last `wait`."""

    def __init__(self, hears: Callable[[str], bool]) -> None:
        self.hears = hears
        self._condition = threading.Condition()
        self._rings = 0
        _bells.add(self)

    @property
    def rings(self) -> int:
        """How often it was rung; read it before looking for work, and give it to `wait`."""
        return self._rings

    def ring(self, *, everybody: bool = False) -> None:
        """Wake one who waits. Whoever works will look again, before it waits."""
        with self._condition:
            self._rings += 1
            if everybody:
                self._condition.notify_all()
            else:
                self._condition.notify()

    def wait(self, heard: int, timeout_s: float) -> None:
        """Sleep until it is rung again, counting from `heard`, or `timeout_s` seconds have passed."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout=timeout_s)


_bells: "weakref.WeakSet[Bell]" = weakref.WeakSet()


def wake(kind: str) -> None:
    """Ring the bells of this process that hear of such jobs."""
    for bell in list(_bells):
        if bell.hears(kind):
            bell.ring()
