"""What a control run observed of a payload, and the effects by which it is live."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from tests.hostile.marks import Seen

TASK_MEMORY_MIB = 1024
"""What the tasks of these tests give a model, over what its worker has."""

MUCH_MEMORY = 2 * 1024**3
"""Bytes: more than any worker of these tasks may have. A control run is let so far, and then ended."""

RULES_EXPANDED = 32 * 1024**2
"""Bytes: what the rules let a file of 8 MiB expand to."""

_ROWS, _CLASSES = 60, 3


@dataclass(frozen=True)
class Evidence:
    """A control run: what happened to the marks, how the process ended, and what it did on the way.

    `status` is an exit status, or minus a signal; None if it had to be killed. `peak` is the most memory that it had and
    `expanded` what an archive or a data set came to, in bytes; `said` is how often the word was printed, in `seconds`.
    """

    dropped: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    connections: int = 0
    status: int | None = 0
    peak: int = 0
    expanded: int = 0
    said: int = 0
    raised: str = ""
    shape: tuple[int, ...] | None = None
    is_finite: bool = True
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Evidence":
        listed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
        return cls(**listed)

    @property
    def seen(self) -> Seen:
        return Seen(self.dropped, self.opened, self.connections)


_NO_MEMORY = ("MemoryError", "ResourceExhausted", "RESOURCE_EXHAUSTED", "bad_alloc", "OOM", "llocate", "OutOfMemory")


def _is_out_of_memory(seen: Evidence) -> bool:
    return seen.peak > MUCH_MEMORY or any(sign in seen.raised for sign in _NO_MEMORY)


class Effect(Enum):
    """What a payload does where nothing holds it."""

    DROPS = "drops a file where it has no business"
    READS = "opens a file of the host"
    CONNECTS = "connects to a port of the host"
    TAKES_MEMORY = "takes more memory than the box gives"
    HANGS = "does not end"
    LEAVES = "ends the process with status 0 and no answer"
    CRASHES = "brings the process down"
    SAYS = "prints, again and again"
    ANSWERS_WRONG = "answers with something that is no array of finite scores"
    SWELLS = "expands beyond what the rules allow"
    BREAKS = "has the plain loader raise"
    LOADS = "is taken by the plain loader as if it were honest"

    def is_in(self, seen: Evidence) -> bool:
        """Whether the control run shows it."""
        return _SIGNS[self](seen)


_SIGNS: dict[Effect, Callable[[Evidence], bool]] = {
    Effect.DROPS: lambda seen: bool(seen.dropped),
    Effect.READS: lambda seen: bool(seen.opened),
    Effect.CONNECTS: lambda seen: seen.connections > 0,
    Effect.TAKES_MEMORY: _is_out_of_memory,
    Effect.HANGS: lambda seen: seen.status is None and seen.peak <= MUCH_MEMORY,
    Effect.LEAVES: lambda seen: seen.status == 0 and seen.shape is None and not seen.raised,
    Effect.CRASHES: lambda seen: seen.status is not None and seen.status < 0,
    Effect.SAYS: lambda seen: seen.said > 1000,
    Effect.ANSWERS_WRONG: lambda seen: seen.shape is not None and (seen.shape != (_ROWS, _CLASSES) or not seen.is_finite),
    Effect.SWELLS: lambda seen: seen.expanded > RULES_EXPANDED,
    Effect.BREAKS: lambda seen: bool(seen.raised),
    Effect.LOADS: lambda seen: seen.shape is not None,
}
