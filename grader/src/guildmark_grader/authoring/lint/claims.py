"""The statistics that public files state: a mean, deviation, median, minimum or maximum, for a column or a channel.

They are told by their names, in JSON, TOML, arrays and small tables: `{"mean": [..], "std": [..]}`, `{"A": {"mean": ..}}`, a
table with a row or a column called `mean`. A claim of several numbers states one for each column, in order.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from guildmark_grader.authoring.contents import arrays_in, is_real, json_in, table_in, toml_in

_LARGEST = 4096


class Kind(Enum):
    """A statistic, with the names that it goes by as part of a key."""

    MEAN = r"means?|averages?|avg|mu|centre|center"
    DEVIATION = r"stds?|stddev|stdev|sd|deviations?|sigma"
    VARIANCE = r"var|variances?"
    MEDIAN = r"medians?"
    LOW = r"mins?|minimum|minima|low|lowest"
    HIGH = r"maxs?|maximum|maxima|high|highest"


_KINDS = {kind: re.compile(rf"(?:^|[^a-z])(?:{kind.value})(?:$|[^a-z])") for kind in Kind}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Claim:
    """Numbers that `file` states under `key`, beside others of the same `group`.

    `columns` are the names that they stand for, or None: then they are in order.
    """

    key: str
    kind: Kind
    group: str
    columns: tuple[str, ...] | None
    values: tuple[float, ...]
    file: str = ""


def claims(public: Mapping[str, bytes]) -> list[Claim]:
    """All claims of the public files."""
    found = []
    for file, content in public.items():
        reader = _READERS.get(PurePosixPath(file).suffix.lower())
        found += [replace(claim, file=file) for claim in reader(file, content)] if reader else []
    return found


def kind_of(name: str) -> Kind | None:
    """The statistic that `name` speaks of, if it does of one."""
    plain = _CAMEL.sub("_", name).lower()
    kinds = [kind for kind, pattern in _KINDS.items() if pattern.search(plain)]
    return kinds[0] if len(kinds) == 1 else None


def _in_document(document: Any) -> Iterator[Claim]:
    """Lists and numbers below a key that names a statistic. Single numbers that differ in one key alone are one claim."""
    singles: dict[tuple[Kind, str], dict[str, float]] = defaultdict(dict)
    for path, value in _leaves(document, ()):
        kinds = [(k, kind) for k, step in enumerate(path) if (kind := kind_of(step))]
        if len(kinds) != 1:
            continue
        (place, kind), group = kinds[0], ".".join(path[: kinds[0][0]])
        if isinstance(value, list):
            others = [step for k, step in enumerate(path) if k != place]
            yield Claim(".".join(path), kind, ".".join(others), None, tuple(value))
        elif place == len(path) - 1 and place > 0:
            singles[kind, ".".join(path[: place - 1])][path[place - 1]] = value
        elif place < len(path) - 1:
            singles[kind, group][path[-1]] = value
        else:
            yield Claim(path[0], kind, "", None, (value,))
    for (kind, group), by_column in singles.items():
        key = f"{group}.{kind.name.lower()}".strip(".")
        yield Claim(key, kind, group, tuple(by_column), tuple(by_column.values()))


def _leaves(document: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float | list[float]]]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _leaves(value, (*path, str(key)))
    elif path and isinstance(document, list) and document and len(document) <= _LARGEST and all(map(_is_number, document)):
        yield path, [float(number) for number in document]
    elif path and _is_number(document):
        yield path, float(document)


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _in_json(_file: str, content: bytes) -> Iterator[Claim]:
    yield from _in_document(json_in(content))


def _in_toml(_file: str, content: bytes) -> Iterator[Claim]:
    yield from _in_document(toml_in(content))


def _in_table(_file: str, content: bytes) -> Iterator[Claim]:
    """A table whose rows or columns are called by a statistic; its other names are those of the columns meant."""
    rows = [row for row in table_in(content) if row]
    if len(rows) < 2 or len(rows) > _LARGEST or any(len(row) != len(rows[0]) for row in rows):  # noqa: PLR2004 - a header and a row
        return
    header, body = rows[0], rows[1:]
    for name, *cells in body:
        if (kind := kind_of(name)) and (numbers := _numbers(cells)):
            yield Claim(name, kind, "", tuple(header[1:]), numbers)
    for k, name in enumerate(header):
        if k and (kind := kind_of(name)) and (numbers := _numbers([row[k] for row in body])) and not _numbers([body[0][0]]):
            yield Claim(name, kind, "", tuple(row[0] for row in body), numbers)


def _numbers(cells: list[str]) -> tuple[float, ...]:
    try:
        return tuple(float(cell) for cell in cells)
    except ValueError:
        return ()


def _in_arrays(file: str, content: bytes) -> Iterator[Claim]:
    for name, array in arrays_in(content).items():
        yield from _of_array(name or PurePosixPath(file).stem, array)


def _of_array(name: str, array: np.ndarray[Any, Any]) -> Iterator[Claim]:
    kind = kind_of(name)
    is_list = 0 < array.size <= _LARGEST and array.size == max(array.shape, default=1)
    if kind and is_list and is_real(array):
        group = _KINDS[kind].sub("", name.lower())
        yield Claim(name, kind, group, None, tuple(array.astype(float).ravel().tolist()))


_READERS: Mapping[str, Callable[[str, bytes], Iterator[Claim]]] = {
    ".json": _in_json,
    ".toml": _in_toml,
    ".csv": _in_table,
    ".npy": _in_arrays,
    ".npz": _in_arrays,
}
