"""How a commit wakes idle runners in the same process. Runners elsewhere find the job when they next look."""

import threading
import weakref


class Bell:
    """Rung when there may be work. `wait` returns at once if it was rung since the last `wait`."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        _bells.add(self)

    @property
    def rings(self) -> int:
        """How often it was rung; read it before looking for work, and give it to `wait`."""
        return self._rings

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, timeout_s: float) -> None:
        """Sleep until it is rung again, counting from `heard`, or `timeout_s` seconds have passed."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout=timeout_s)


_bells: "weakref.WeakSet[Bell]" = weakref.WeakSet()


def wake() -> None:
    """Ring every bell of this process."""
    for bell in list(_bells):
        bell.ring()
