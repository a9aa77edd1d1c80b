"""Pauses that grow: what failed for a reason that may pass is tried again, and less often the longer it fails."""

from typing import Final

from guildmark.client.elapsed import elapsed_s

_FIRST_S: Final = 15.0
_LONGEST_S: Final = 300.0


class Pauses:
    """How long each of several things rests before it is tried again: `first_s`, then twice as long each time."""

    def __init__(self, first_s: float = _FIRST_S, longest_s: float = _LONGEST_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._until: dict[str, tuple[float, float]] = {}

    def is_over(self, name: str) -> bool:
        """Whether `name` may be tried now."""
        return elapsed_s() >= self._until.get(name, (0.0, 0.0))[0]

    def failed(self, name: str) -> None:
        """`name` was tried in vain."""
        before_s = self._until.get(name, (0.0, 0.0))[1]
        pause_s = min(2 * before_s or self._first_s, self._longest_s)
        self._until[name] = (elapsed_s() + pause_s, pause_s)
