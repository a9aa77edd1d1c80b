"""From a metric to a score of 0 to 5, and from scores to a pass.

A metric is rounded to four digits before the bands are applied, so that the last bits of a processor's arithmetic
never decide a score (see the grading specification on determinism).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise

MAX_SCORE = 5
METRIC_DIGITS = 4


class Direction(str, Enum):
    """Which way a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"


class PassRule(str, Enum):
    """How scores become a pass: a weighted total that reaches the pass mark, or full marks everywhere."""

    WEIGHTED = "weighted"
    ALL_FULL = "all_full"


def rounded(value: float) -> float:
    """`value` to the four digits that bands are compared on."""
    return round(value, METRIC_DIGITS)


@dataclass(frozen=True)
class Bands:
    """The cut points of a task: `thresholds[k]` is the metric that earns score `k + 1`, the easiest first.

    Raises `ValueError` if there are not five finite, strictly ordered thresholds.
    """

    thresholds: tuple[float, ...]
    direction: Direction

    def __post_init__(self) -> None:
        if len(self.thresholds) != MAX_SCORE:
            raise ValueError(f"bands need {MAX_SCORE} thresholds, one for each score above 0; found {len(self.thresholds)}")
        if not all(math.isfinite(t) for t in self.thresholds):
            raise ValueError("thresholds must be finite numbers")
        hardening = self.thresholds if self.direction is Direction.HIGHER else tuple(-t for t in self.thresholds)
        if any(easier >= harder for easier, harder in pairwise(hardening)):
            raise ValueError(f"thresholds must get harder from score 1 to {MAX_SCORE} ({self.direction.value} is better)")

    def score(self, value: float) -> int:
        """The score, 0 to 5, of a metric `value`. Raises `ValueError` on NaN or infinity."""
        if not math.isfinite(value):
            raise ValueError("a metric must be finite to be scored")
        return sum(self._reaches(rounded(value), threshold) for threshold in self.thresholds)

    def next_threshold(self, value: float) -> float | None:
        """The threshold of the next better score, or None at full score."""
        score = self.score(value)
        return None if score == MAX_SCORE else self.thresholds[score]

    def _reaches(self, value: float, threshold: float) -> bool:
        return value >= threshold if self.direction is Direction.HIGHER else value <= threshold


def weighted_total(scores: Mapping[str, int], weights: Mapping[str, int]) -> Fraction:
    """The total in points out of the sum of `weights`; a category without a score counts zero. Exact."""
    return sum((Fraction(weight * scores.get(category, 0), MAX_SCORE) for category, weight in weights.items()), Fraction())


def is_pass(scores: Mapping[str, int], weights: Mapping[str, int], rule: PassRule, pass_mark: int) -> bool:
    """Whether `scores` pass under `rule`. `pass_mark` (out of the sum of weights) matters to `WEIGHTED` alone."""
    if rule is PassRule.ALL_FULL:
        return all(scores.get(category, 0) == MAX_SCORE for category in weights)
    return weighted_total(scores, weights) >= pass_mark
