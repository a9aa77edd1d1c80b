"""Looks for the answers of the hidden rows among the public files: `targets.npy` under another name, or as a column or list.

Theory of operation. Answers are of use to a candidate in the order of the hidden rows, so that order is looked for: a run of
hidden answers that stands in a file as it is. Runs that are no news are left out, since labels of any rows may stand in the
same order: sorted ones, those that go round (0 1 2 0 1 2), constant ones. Class numbers are compared as the pattern in which
they repeat, so that names in their place, or other numbers, are found too; a run is so long that none is the same by chance.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guildmark_grader.authoring.contents import arrays_in, json_in, json_lines_in, suffix_of, table_in, unpacked
from guildmark_grader.authoring.number_rows import rows_in

_RUN = 50
_TELLING = 30.0
"""Nats: two runs that say so much are not the same by chance, among all that are compared."""
_MOST_LONG = 8
"""A run is at most so many times as long as usual: rare classes say little."""
_CHANGES = 0.2
_DISTINCT = 0.5
_PART_OF_DEVIATION = 5e-3
_STEP = 10
_ROUNDED = 6e-4
"""For numbers written with three decimals."""
_EXACT = 1e-9
_OTHER_VALUES = 4

Numbers = NDArray[np.float64]


def leaked_answers(targets: NDArray[np.generic], public: Mapping[str, bytes], *, are_classes: bool) -> list[str]:
    """The public files in which a run of the hidden answers stands; `targets` has a row for each hidden row."""
    plain = {name: unpacked(name, content) for name, content in public.items()}
    shape = targets.shape[1:]
    if are_classes:
        patterns = _Patterns(targets.tolist() if targets.ndim == 1 else _as_values(targets))
        lists = _lists if targets.ndim == 1 else lambda name, content: map(_as_values, rows_in(name, content, shape))
        return [name for name, content in plain.items() if any(map(patterns.are_in, lists(name, content)))]
    answers = _Answers(targets)
    return [name for name, content in plain.items() if any(map(answers.are_in, rows_in(name, content, shape)))]


class _Patterns:
    """The telling runs of class numbers."""

    def __init__(self, classes: Sequence[Hashable]) -> None:
        counts = Counter(classes)
        self._most_values = _OTHER_VALUES + 2 * len(counts)
        surprise = -sum(count / len(classes) * math.log(count / len(classes)) for count in counts.values())
        self._length = max(_RUN, math.ceil(_TELLING / surprise)) if surprise * _RUN * _MOST_LONG > _TELLING else 0
        self._runs = {run for run in self._patterns(classes) if _is_news(run)} if self._length else set()

    def are_in(self, values: Sequence[Hashable]) -> bool:
        """Whether a run stands in `values`. Those of many more kinds, such as pixels, are no classes."""
        if not self._runs or len(values) < self._length or len(set(values)) > self._most_values:
            return False
        return any(run in self._runs for run in self._patterns(values))

    def _patterns(self, values: Sequence[Hashable]) -> Iterator[tuple[int, ...]]:
        for start in range(len(values) - self._length + 1):
            known: dict[Hashable, int] = {}
            yield tuple([known.setdefault(value, len(known)) for value in values[start : start + self._length]])


def _as_values(rows: NDArray[np.generic]) -> list[Hashable]:
    """Each row of several class numbers or labels as one value."""
    return [row.tobytes() for row in _flat(rows)]


def _flat(rows: NDArray[np.generic]) -> Numbers:
    return rows.reshape(len(rows), math.prod(rows.shape[1:])).astype(np.float64)


def _is_news(run: tuple[int, ...]) -> bool:
    """Whether a run of classes is none of the orders that rows are usually in: by class, or in turn."""
    changes = sum(one != other for one, other in pairwise(run))
    in_turn = any(run[k:] == run[:-k] for k in range(1, len(run) // 2 + 1))
    return changes >= _CHANGES * len(run) and not in_turn


class _Answers:
    """Answers that are numbers, each up to a small part of their spread."""

    def __init__(self, targets: NDArray[np.generic]) -> None:
        self._rows = _flat(targets)
        spread = self._rows.std(axis=0)
        self._off = np.maximum(_PART_OF_DEVIATION * spread, np.minimum(_ROUNDED, 10 * _PART_OF_DEVIATION * spread)) + _EXACT
        self._varied = int(spread.argmax())
        starts = range(0, len(self._rows) - _RUN + 1, _STEP)
        self._starts = [start for start in starts if _is_telling(self._rows[start : start + _RUN])]

    @np.errstate(invalid="ignore", over="ignore")  # public numbers may be endless, or none
    def are_in(self, rows: NDArray[np.generic]) -> bool:
        """Whether a run stands in `rows`: as it begins in the hidden ones, or up to a few rows later."""
        if len(rows) < _RUN or not self._starts:
            return False
        given = _flat(rows)
        return any(self._begins(given, start) for start in self._starts)

    def _begins(self, given: Numbers, start: int) -> bool:
        run = self._rows[start : start + _RUN]
        column = self._varied
        places = np.flatnonzero(np.abs(given[: len(given) - _RUN + 1, column] - run[0, column]) <= self._off[column])
        for k in (0, _RUN // 2, _RUN - 1, *range(_RUN)):
            places = places[(np.abs(given[places + k] - run[k]) <= self._off).all(axis=1)]
            if not len(places):
                return False
        return True


def _is_telling(run: Numbers) -> bool:
    """Whether rows of answers differ from each other, and not by the same step each time, as counted ones do."""
    steps = np.diff(run, axis=0)
    return len(np.unique(run, axis=0)) >= _DISTINCT * len(run) and not np.allclose(steps, steps[0])


def _lists(name: str, content: bytes) -> Iterator[Sequence[Hashable]]:
    """Lists of class numbers or names in a file: arrays of one axis, columns, lines, and lists and fields in JSON."""
    suffix = suffix_of(name)
    if suffix in {".npy", ".npz"}:
        for array in arrays_in(content).values():
            if array.size == max(array.shape, default=0) and array.dtype.kind in "iufUSb":
                yield array.ravel().tolist()
    elif suffix in {".csv", ".tsv"}:
        rows = table_in(content, "\t" if suffix == ".tsv" else ",")
        yield from zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)
    elif suffix == ".txt":
        yield content.decode(errors="replace").splitlines()
    elif suffix == ".json":
        yield from _lists_of(json_in(content))
    elif suffix == ".jsonl":
        yield from _lists_of(json_lines_in(content))


def _lists_of(document: Any) -> Iterator[Sequence[Hashable]]:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
            yield [value for value in part.values() if isinstance(value, Hashable)]
        elif isinstance(part, list) and len(part) >= _RUN and all(isinstance(record, dict) for record in part):
            for field in part[0]:
                yield [record.get(field) for record in part if isinstance(record.get(field), Hashable)]
        elif isinstance(part, list):
            yield [value for value in part if isinstance(value, Hashable)]
            waiting.extend(value for value in part if isinstance(value, dict | list))
