"""Figures of a series of measurements, and whether they are within what was promised."""

import math
from collections.abc import Sequence

MS = 1000.0


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of all `values` do not exceed: nearest rank."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def tell(what: str, values_s: Sequence[float]) -> None:
    """Print a line of figures in milliseconds."""
    median, most, all_of_them = (MS * share(values_s, part) for part in (0.5, 0.99, 1.0))
    print(f"{what}: {len(values_s)} measured, median {median:.0f} ms, p99 {most:.0f} ms, the longest {all_of_them:.0f} ms")


def kept(what: str, found_s: float, *, limit_s: float) -> bool:
    """Print whether a figure is within its limit."""
    verdict = "kept" if found_s <= limit_s else "MISSED"
    print(f"{what}: {MS * found_s:.0f} ms, at most {MS * limit_s:.0f} ms: {verdict}")
    return found_s <= limit_s
