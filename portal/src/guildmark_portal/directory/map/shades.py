"""From numbers of holders to the shades of the map: five classes, each ten times the one before, so that they never move."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LOWEST: Final = (0, 1, 10, 100, 1_000)
"""The smallest number of each shade."""


@dataclass(frozen=True)
class Shade:
    """A class of numbers of holders: from `low` to `high`, both included; `high` is None where it has no end."""

    level: int
    low: int
    high: int | None


SHADES: Final = tuple(
    Shade(level, low, LOWEST[level + 1] - 1 if level + 1 < len(LOWEST) else None) for level, low in enumerate(LOWEST)
)


def level_of(holders: int) -> int:
    """Which of the shades 0 to 4 a country with so many holders gets."""
    return sum(low <= holders for low in LOWEST) - 1


def ranked(holders: Mapping[str, int], names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Code, name and number of every country that has holders: most first, those with as many in the order of `names`."""
    return sorted(
        ((code, name, holders.get(code, 0)) for code, name in names.items() if holders.get(code)), key=lambda row: -row[2]
    )
