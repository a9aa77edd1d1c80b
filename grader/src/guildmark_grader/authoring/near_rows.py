"""Hidden rows of numbers that can be found again where they were scaled, or written with few decimals.

Theory of operation. Two rows agree if each number of one lies within a tolerance of the other's. Every column is divided by
its tolerance, so that it is 1 everywhere. A weighted sum of columns whose weights add up to 1 then differs by at most 1
between rows that agree, however they were rounded. The hidden rows are sorted by one such sum: those that a public row may
agree with are an interval there, which two bisections find. Two more sums leave few pairs to compare in full.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 2e-3
"""For images and windows, in parts of a channel's range in the row; for plain numbers, of the unit they are in."""
_WIDEST = 5e-3
"""The most that a plain number may be off, in parts of its column's range."""
_EXACT = 2e-7
"""What the numbers of a float32 are off, in parts of the largest."""
_BY_CHANCE = 1e-3
"""So many rows of `_PUBLIC` may agree by chance, if numbers are spread evenly over their range."""
_PUBLIC = 1e5
_SUMS, _TERMS, _DECAY = 3, 8, 0.65
_LOOKED_AT = 64
_MANY_VALUES = 50
_PAIRS = 500_000
_NUMBERS = 4_000_000

Numbers = NDArray[np.float64]


class NearRows:
    """Hidden rows of one input, (N, *shape)."""

    def __init__(self, inputs: NDArray[np.generic]) -> None:
        """Sort the rows. Those that say nothing, such as pictures of one colour, are never found."""
        self._dtype = inputs.dtype
        rows = _comparable(inputs, self._dtype)
        self._tolerance = _tolerance(rows, scaled=inputs.ndim > 2, channels=inputs.shape[-1])  # noqa: PLR2004 - plain rows
        self._columns, self._weights = _directions(rows, self._tolerance)
        telling = np.flatnonzero(rows.any(axis=1))
        sums = self._sums(rows[telling])
        order = np.argsort(sums[:, 0], kind="stable")
        self._sorted, self._numbers, self._rows = sums[order], telling[order], rows

    @np.errstate(over="ignore", invalid="ignore")  # public numbers may be endless, or none
    def among(self, public: Iterable[NDArray[np.generic]]) -> set[int]:
        """The numbers of the hidden rows that agree with one of the `public` ones, arrays of shape (M, *shape) each."""
        found = np.zeros(len(self._rows), dtype=bool)
        for rows in public:
            comparable = _comparable(rows, self._dtype)
            for one, hidden in self._pairs(self._sums(comparable), found):
                self._mark(comparable, one, hidden, found)
        return {int(number) for number in np.flatnonzero(found)}

    def _sums(self, rows: Numbers) -> Numbers:
        sums: Numbers = (rows[:, self._columns] / self._tolerance[self._columns]) @ self._weights
        return sums

    def _pairs(self, sums: Numbers, found: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Public and hidden rows, by their numbers, that may agree: a part at a time, without hidden rows `found` already."""
        first = np.searchsorted(self._sorted[:, 0], sums[:, 0] - 1, side="left")
        counts = np.searchsorted(self._sorted[:, 0], sums[:, 0] + 1, side="right") - first
        start = 0
        while start < len(sums):
            many = np.cumsum(counts[start:])
            end = start + max(1, int(np.searchsorted(many, _PAIRS)))
            one = np.repeat(np.arange(start, end), counts[start:end])
            before = np.repeat(many[: end - start] - counts[start:end], counts[start:end])
            place = first[one] + np.arange(len(one)) - before
            near = (np.abs(sums[one, 1:] - self._sorted[place, 1:]) <= 1).all(axis=1) & ~found[self._numbers[place]]
            yield one[near], self._numbers[place[near]]
            start = end

    def _mark(self, public: Numbers, one: NDArray[np.intp], hidden: NDArray[np.intp], found: NDArray[np.bool_]) -> None:
        size = max(1, _NUMBERS // max(1, self._rows.shape[1]))
        for start in range(0, len(one), size):
            part, rows = one[start : start + size], hidden[start : start + size]
            agree = (np.abs(public[part] - self._rows[rows]) <= self._tolerance).all(axis=1)
            found[rows[agree]] = True


@np.errstate(over="ignore", invalid="ignore")
def _comparable(rows: NDArray[np.generic], dtype: np.dtype[np.generic]) -> Numbers:
    """Plain rows as precise as a model is fed them; images and windows with each channel in 0 to 1 (constant ones: 0)."""
    if rows.ndim <= 2:  # noqa: PLR2004 - rows of one axis, or single numbers
        fed = rows.astype(dtype) if np.issubdtype(dtype, np.floating) else rows
        return fed.astype(np.float64).reshape(len(rows), rows.shape[1] if rows.ndim > 1 else 1)
    numbers = rows.astype(np.float64)
    axes = tuple(range(1, rows.ndim - 1))
    low, high = numbers.min(axis=axes, keepdims=True), numbers.max(axis=axes, keepdims=True)
    scaled = (numbers - low) / np.where(high > low, high - low, 1)
    flat: Numbers = scaled.reshape(len(rows), math.prod(rows.shape[1:]))
    return flat


def _tolerance(rows: Numbers, *, scaled: bool, channels: int) -> Numbers:
    """What each column may be off, so that rows hardly agree by chance: less where few columns have many values."""
    looked_at = rows[:, :: max(1, rows.shape[1] // _LOOKED_AT)]
    many = min(_MANY_VALUES, len(rows) / 2)
    share = np.mean([len(np.unique(column)) > many for column in looked_at.T])
    telling = max(1, round(share * rows.shape[1]) - (2 * channels if scaled else 0))  # each channel has a 0 and a 1
    part = 0.5 * (_BY_CHANCE / (len(rows) * _PUBLIC)) ** (1 / telling)
    if scaled:
        return np.full(rows.shape[1], max(_EXACT, min(_TOLERANCE, part)))
    widest = np.minimum(_TOLERANCE, min(_WIDEST, part) * np.ptp(rows, axis=0))
    exact: Numbers = widest + np.maximum(_EXACT * np.abs(rows).max(axis=0), np.finfo(np.float32).tiny)
    return exact


def _directions(rows: Numbers, tolerance: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    """Columns that vary much, and for each of a few sums what weight they have: every column has a say in one of them."""
    spread = rows.std(axis=0) / tolerance
    varied = np.argsort(-spread, kind="stable")[: max(_SUMS * _TERMS, len(spread) // 2)]
    chosen = varied[:: max(1, len(varied) // (_SUMS * _TERMS))][: _SUMS * _TERMS]
    weights = np.zeros((len(chosen), _SUMS))
    for k in range(len(chosen)):
        weights[k, k % _SUMS] = _DECAY ** (k // _SUMS)
    weights[0] += weights.sum(axis=0) == 0
    return chosen, weights / weights.sum(axis=0)
