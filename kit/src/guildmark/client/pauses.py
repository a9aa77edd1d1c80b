"""Pauses that grow: what failed for a reason that may pass is tried again, and less often the longer it fails."""

from typing import Final

from guildmark.client.elapsed import elapsed_s
from guildmark.errors import GuildmarkError

_FIRST_S: Final = 15.0
_LONGEST_S: Final = 60.0
"""No longer: a file counts from the moment that it is opened."""


class Pauses:
    """How long each of several things rests before it is tried again: `first_s`, then twice as long each time."""

    def __init__(self, first_s: float = _FIRST_S, longest_s: float = _LONGEST_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._resting: dict[str, tuple[float, float, GuildmarkError]] = {}

    def why(self, name: str) -> GuildmarkError | None:
        """Why `name` rests still; None where it may be tried now."""
        until, _pause_s, error = self._resting.get(name, (0.0, 0.0, None))
        return error if elapsed_s() < until else None

    def failed(self, name: str, error: GuildmarkError) -> None:
        """`name` was tried in vain."""
        before_s = self._resting[name][1] if name in self._resting else 0.0
        pause_s = min(2 * before_s or self._first_s, self._longest_s)
        self._resting[name] = (elapsed_s() + pause_s, pause_s, error)
