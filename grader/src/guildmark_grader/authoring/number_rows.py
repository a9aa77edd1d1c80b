"""Rows of numbers in public files that are as large as a row looked for: in arrays, tables, JSON and pictures.

A file may hold them in any arrangement: as rows of an array, as neighbouring columns of a table, as windows of a series.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guildmark_grader.authoring.contents import (
    arrays_in,
    is_real,
    json_in,
    json_lines_in,
    picture_in,
    suffix_of,
    table_in,
)

_IMAGE_RANK = 3
_TABLE_RANK = 2
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""Pillow's name for pictures of so many channels."""

Rows = NDArray[np.generic]
Reader = Callable[[bytes, tuple[int, ...]], Iterator[Rows]]


def rows_in(name: str, content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    """Arrays of shape (N, *shape) of a file that is called `name`, its `content` out of any gzip."""
    reader = _READERS.get(suffix_of(name))
    return reader(content, shape) if reader else iter(())


def _in_arrays(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    for array in arrays_in(content).values():
        yield from _as_rows(array, shape)


def _as_rows(array: Rows, shape: tuple[int, ...]) -> Iterator[Rows]:
    """The rows of an array that are as large as an input, in whatever shape; and the windows of a series."""
    if not is_real(array) or array.ndim == 0:
        return
    if array.shape[1:] == shape or (shape and math.prod(array.shape[1:]) == math.prod(shape)):
        yield array.reshape(len(array), *shape)
    elif array.ndim == len(shape) == _TABLE_RANK:
        yield from _in_columns(array.astype(np.float64), shape)


def _in_table(delimiter: str) -> Reader:
    def rows(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
        yield from _in_columns(_numeric_columns(table_in(content, delimiter)), shape)

    return rows


def _in_columns(numbers: NDArray[np.float64], shape: tuple[int, ...]) -> Iterator[Rows]:
    """Rows of a table as inputs (neighbouring columns), and windows of its rows where an input has two axes."""
    size = math.prod(shape)
    for first in range(numbers.shape[1] - size + 1):
        table = numbers[:, first : first + size]
        yield table[~np.isnan(table).any(axis=1)].reshape(-1, *shape)
    for first in range(numbers.shape[1] - shape[1] + 1 if len(shape) == _TABLE_RANK and len(numbers) >= shape[0] else 0):
        table = numbers[:, first : first + shape[1]]
        windows = np.lib.stride_tricks.sliding_window_view(table, shape[0], axis=0).transpose(0, 2, 1)
        yield windows[~np.isnan(windows).any(axis=(1, 2))]


def _in_json(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    yield from _in_document(json_in(content), shape)


def _in_json_lines(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    yield from _in_document(json_lines_in(content), shape)


def _in_document(document: Any, shape: tuple[int, ...]) -> Iterator[Rows]:
    """Lists of numbers as large as an input, however deep they stand; and the numbers of records, as a table."""
    found: list[NDArray[np.float64]] = []
    for part in _parts(document):
        if isinstance(part, list) and part and all(isinstance(record, dict) for record in part):
            yield from _in_columns(_numeric_columns(_as_lines(part)), shape)
        elif isinstance(part, list) and (numbers := _as_numbers(part)) is not None:
            if numbers.size == math.prod(shape) and numbers.ndim:
                found.append(numbers.reshape(shape))
            elif numbers.ndim > 1 or math.prod(shape) == 1:
                yield from _as_rows(numbers, shape)
    if found:
        yield np.stack(found)


def _parts(document: Any) -> Iterator[Any]:
    """The objects and lists of a document, but not the lists that an array of numbers is made of."""
    waiting = [document]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list) and _as_numbers(part) is None:
            waiting.extend(part)


def _as_numbers(part: list[Any]) -> NDArray[np.float64] | None:
    first: Any = part
    while isinstance(first, list):
        if not first:
            return None
        first = first[0]
    if isinstance(first, bool | str | dict) or first is None:
        return None
    try:
        return np.array(part, dtype=np.float64)
    except (OverflowError, TypeError, ValueError):
        return None


def _as_lines(records: list[dict[str, Any]]) -> list[list[str]]:
    names = list(records[0])
    return [names, *(["" if record.get(name) is None else str(record[name]) for name in names] for record in records)]


def _numeric_columns(rows: list[list[str]]) -> NDArray[np.float64]:
    if not rows:
        return np.zeros((0, 0))
    body = [row for row in rows[1:] if len(row) == len(rows[0])]
    columns = [column for column in zip(*body, strict=True) if all(_is_number(cell) for cell in column)]
    return np.array([[float(cell or "nan") for cell in column] for column in columns]).reshape(len(columns), len(body)).T


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


def _in_image(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    """The picture resized to the input, in both ways that loaders commonly do it."""
    mode = _MODES.get(shape[-1]) if len(shape) == _IMAGE_RANK else None
    opened = picture_in(content) if mode else None
    if opened is None:
        return
    from PIL.Image import Resampling

    picture = opened.convert(mode)
    for method in (Resampling.NEAREST, Resampling.BILINEAR):
        yield np.asarray(picture.resize((shape[1], shape[0]), method)).reshape(1, *shape)


_READERS: Mapping[str, Reader] = {
    ".npy": _in_arrays,
    ".npz": _in_arrays,
    ".csv": _in_table(","),
    ".tsv": _in_table("\t"),
    ".json": _in_json,
    ".jsonl": _in_json_lines,
    ".jpg": _in_image,
    ".jpeg": _in_image,
    ".png": _in_image,
}
