"""The columns of numbers that public files and hidden arrays hold: of tables, of the channels of arrays, and of whole arrays.

A block is what belongs together: the numeric columns of one table, or the channels (the last axis) of one array. Windows
overlap, so their rows are counted once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guildmark_grader.authoring.contents import arrays_in, is_real, json_in, json_lines_in, table_in

_MOST_CHANNELS = 1024
_OF_WINDOWS = 3
_AS_TABLE = 2

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Rows of numbers, one column each; `names` are those of a table."""

    rows: Numbers
    names: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.rows.shape[1])


def public_blocks(public: Mapping[str, bytes]) -> list[Block]:
    """The blocks of all public files that can be read here."""
    found = []
    for name, content in public.items():
        reader = _READERS.get(PurePosixPath(name).suffix.lower())
        found += [block for block in reader(content) if len(block.rows) > 1] if reader else []
    return found


def array_blocks(array: NDArray[np.generic]) -> Iterator[Block]:
    """`array` by channels, its windows without their overlap, and as a single column."""
    if not is_real(array) or array.size == 0:
        return
    numbers = array.astype(np.float64)
    channels = numbers.shape[-1] if numbers.ndim > 1 else 1
    if channels <= _MOST_CHANNELS:
        rows = numbers.reshape(-1, channels)
        yield Block(rows)
        if numbers.ndim == _OF_WINDOWS:
            yield Block(np.unique(rows, axis=0))
    if channels > 1:
        yield Block(numbers.reshape(-1, 1))


def _of_table(content: bytes) -> Iterator[Block]:
    rows = table_in(content)
    if rows:
        yield from _of_records([dict(zip(rows[0], row, strict=False)) for row in rows[1:] if len(row) == len(rows[0])])


def _of_records(records: list[dict[str, Any]]) -> Iterator[Block]:
    """The columns that hold numbers in every record, or nothing."""
    names = [name for name in (records[0] if records else ()) if all(_is_number(record.get(name)) for record in records)]
    if names:
        yield Block(np.array([[_number(record.get(name)) for name in names] for record in records]), tuple(names))


def _is_number(cell: object) -> bool:
    try:
        _number(cell)
    except (OverflowError, TypeError, ValueError):
        return False
    return True


def _number(cell: object) -> float:
    if cell is None or cell == "":
        return float("nan")
    if isinstance(cell, str | int | float):
        return float(cell)
    raise TypeError


def _of_json(content: bytes) -> Iterator[Block]:
    yield from _of_document(json_in(content))


def _of_json_lines(content: bytes) -> Iterator[Block]:
    yield from _of_document(json_lines_in(content))


def _of_document(document: Any) -> Iterator[Block]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _of_document(value)
    elif isinstance(document, list) and document and all(isinstance(record, dict) for record in document):
        yield from _of_records(document)
        for name in document[0]:
            yield from _of_document([record.get(name) for record in document if isinstance(record.get(name), list)])
    elif isinstance(document, list) and len(document) > 1:
        try:
            array = np.array(document, dtype=np.float64)
        except (OverflowError, TypeError, ValueError):
            return
        yield from array_blocks(array)


def _of_arrays(content: bytes) -> Iterator[Block]:
    arrays = arrays_in(content)
    for array in arrays.values():
        yield from array_blocks(array)
    yield from joined_windows([*arrays.values()])


def joined_windows(arrays: list[NDArray[np.generic]]) -> Iterator[Block]:
    """Windows of what came before and what comes after, of as many channels, as the one series that they were cut from."""
    windows = [array for array in arrays if array.ndim == _OF_WINDOWS and array.size and is_real(array)]
    if len(windows) == _AS_TABLE and windows[0].shape[-1] == windows[1].shape[-1]:
        rows = [array.astype(np.float64).reshape(-1, array.shape[-1]) for array in windows]
        yield Block(np.unique(np.concatenate(rows), axis=0))


_READERS: Mapping[str, Callable[[bytes], Iterator[Block]]] = {
    ".csv": _of_table,
    ".json": _of_json,
    ".jsonl": _of_json_lines,
    ".npy": _of_arrays,
    ".npz": _of_arrays,
}
