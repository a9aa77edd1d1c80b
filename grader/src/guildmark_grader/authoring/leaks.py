"""Looks for hidden rows among the public files, in the formats that can be compared: arrays, tables, images and text.

Images and windows are compared up to the scale and offset of each channel (the last axis), so that pixels in 0 to 255 are
recognised in 0 to 1, and measured series in standardised ones. Plain rows of numbers are compared as they are; text has rules
of its own (see `text_leaks`). Formats that are not known here (text that is encoded later) are the form's own to keep apart,
and its tests' to prove.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    unpacked,
)
from guildmark_grader.authoring.text_leaks import found_text

_TELLING = 8
"""So many numbers in a row are hardly the same by chance."""
_NEARLY_ALL = 0.9
_IMAGE_RANK = 3
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""Pillow's name for pictures of so many channels."""
_TABLE_RANK = 2
_SAMPLED = 48
_TOLERANCE = 2e-3
# Rounding to a grid on which no fraction of whole numbers, such as a scaled pixel, falls between two points.
_STEPS, _SHIFT = 997.31, 0.237

Rows = NDArray[np.generic]
Reader = Callable[[bytes, tuple[int, ...]], Iterator[Rows]]


def leaked_rows(inputs: Sequence[Rows], public: Mapping[str, bytes]) -> dict[str, int]:
    """How many hidden rows stand in each public file; files without one are left out.

    Of several inputs, one that says little (an age, a category) is bound to be found again. A row has leaked where an input
    that is telling by itself is found, or all of them are.
    """
    plain = {name: unpacked(name, content) for name, content in public.items()}
    found = [found_text(one, plain) if one.dtype.kind in "US" else _found_numbers(one, plain) for one in inputs]
    whole = set.intersection(*(set().union(*by_file.values()) for by_file in found))
    leaked = [
        by_file if _is_telling(one, inputs) else {name: rows & whole for name, rows in by_file.items()}
        for one, by_file in zip(inputs, found, strict=True)
    ]
    counts = {name: len(set().union(*(by_file[name] for by_file in leaked))) for name in public}
    return {name: count for name, count in counts.items() if count}


def _is_telling(rows: Rows, inputs: Sequence[Rows]) -> bool:
    """Whether a row of this input cannot well be the same as another by chance; text that is short is never found at all.

    Many numbers may still say little, such as the timetable of a day: then rows agree in it that differ in the other inputs.
    """
    if rows.dtype.kind in "US":
        return True
    if int(np.prod(rows.shape[1:], dtype=np.int64)) < _TELLING:
        return False
    return len(inputs) == 1 or _distinct([rows]) >= _NEARLY_ALL * _distinct(inputs)


def _distinct(inputs: Sequence[Rows]) -> int:
    return len({tuple(one[k].tobytes() for one in inputs) for k in range(len(inputs[0]))})


def _found_numbers(inputs: Rows, public: Mapping[str, bytes]) -> dict[str, set[int]]:
    """The numbers of the hidden rows that stand in each public file."""
    hidden = _comparable(inputs, inputs.dtype)
    by_signature: dict[bytes, list[int]] = defaultdict(list)
    for index, row in enumerate(hidden):
        if row.any():
            by_signature[_signature(row)].append(index)
    found: dict[str, set[int]] = {}
    for name, content in public.items():
        reader = _READERS.get(suffix_of(name))
        rows = (row for rows in reader(content, inputs.shape[1:]) for row in _comparable(rows, inputs.dtype)) if reader else ()
        known = found[name] = set()
        for row in rows:
            alike = [index for index in by_signature.get(_signature(row), ()) if index not in known]
            known |= {index for index in alike if np.allclose(row, hidden[index], atol=_TOLERANCE)}
    return found


@np.errstate(over="ignore", invalid="ignore")  # public numbers may be endless, or none
def _comparable(rows: Rows, dtype: np.dtype[np.generic]) -> NDArray[np.float64]:
    """Plain rows as precise as a model is fed them; images and windows with each channel in 0 to 1 (constant ones: 0)."""
    if rows.ndim <= 2:  # noqa: PLR2004 - rows of one axis, or single numbers
        fed = rows.astype(dtype) if np.issubdtype(dtype, np.floating) else rows
        return fed.astype(np.float64).reshape(len(rows), rows.shape[1] if rows.ndim > 1 else 1)
    numbers = rows.astype(np.float64)
    axes = tuple(range(1, rows.ndim - 1))
    low, high = numbers.min(axis=axes, keepdims=True), numbers.max(axis=axes, keepdims=True)
    scaled: NDArray[np.float64] = (numbers - low) / np.where(high > low, high - low, 1)
    return scaled


def _signature(row: NDArray[np.float64]) -> bytes:
    """The same bytes for rows that differ by rounding alone, almost always: taken from a few of the values."""
    values = row.ravel()
    sample = values[:: max(1, len(values) // _SAMPLED)]
    return (np.floor(sample * _STEPS + _SHIFT) + 0.0).tobytes()  # + 0.0: one kind of zero


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
    """Rows of a table as inputs (neighbouring columns), or windows of its rows where an input has two axes."""
    width = shape[-1] if shape else 1
    for first in range(numbers.shape[1] - width + 1):
        table = numbers[:, first : first + width]
        if len(shape) <= 1:
            kept = table[~np.isnan(table).any(axis=1)]
            yield kept if shape else kept[:, 0]
        elif len(shape) == _TABLE_RANK and len(table) >= shape[0]:
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
            elif numbers.ndim > 1:
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
