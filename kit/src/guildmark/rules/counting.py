"""Which submission of a category counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Counts(str, Enum):
    """How an exam chooses: the best submission of a category, or the last one."""

    BEST = "best"
    LAST = "last"


@dataclass(frozen=True)
class Entry:
    """A submission as it competes. `score` is None while it waits, and for a file that could not be graded."""

    id: str
    received_at: datetime
    score: int | None


def counting(entries: Sequence[Entry], *, policy: Counts = Counts.BEST, pinned: str | None = None) -> Entry | None:
    """The entry that counts: the pinned one under either policy, else what the policy chooses; of equal scores the earliest.

    Only what has a score competes: a file that was refused, or waits, takes nothing away under any policy. None without one.
    """
    scored = sorted((entry for entry in entries if entry.score is not None), key=lambda entry: (entry.received_at, entry.id))
    chosen = next((entry for entry in scored if entry.id == pinned), None)
    if chosen is not None or not scored:
        return chosen
    return scored[-1] if policy is Counts.LAST else max(scored, key=lambda entry: entry.score or 0)
