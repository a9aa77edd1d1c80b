"""Looks for hidden rows among the public files, in the formats that can be compared: arrays, tables and images.

Images and windows are compared up to the scale and offset of each channel (the last axis), so that pixels in 0 to 255 are
recognised in 0 to 1, and measured series in standardised ones. Plain rows of numbers are compared as they are. Formats that
are not known here (text that is encoded later) are the form's own to keep apart, and its tests' to prove.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

_IMAGE_RANK = 3
_SAMPLED = 48
_TOLERANCE = 2e-3
# Rounding to a grid on which no fraction of whole numbers, such as a scaled pixel, falls between two points.
_STEPS, _SHIFT = 997.31, 0.237

Rows = NDArray[np.generic]
Reader = Callable[[bytes, tuple[int, ...]], Iterator[Rows]]


def leaked_rows(inputs: Rows, public: Mapping[str, bytes]) -> dict[str, int]:
    """How many hidden rows stand in each public file; files without one are left out."""
    hidden = _comparable(inputs, inputs.dtype)
    by_signature: dict[bytes, list[int]] = defaultdict(list)
    for index, row in enumerate(hidden):
        if row.any():
            by_signature[_signature(row)].append(index)
    found = {}
    for name, content in public.items():
        reader = _READERS.get(PurePosixPath(name).suffix.lower())
        rows = (row for rows in reader(content, inputs.shape[1:]) for row in _comparable(rows, inputs.dtype)) if reader else ()
        known = ((index, row) for row in rows for index in by_signature.get(_signature(row), ()))
        found[name] = len({index for index, row in known if np.allclose(row, hidden[index], atol=_TOLERANCE)})
    return {name: count for name, count in found.items() if count}


def _comparable(rows: Rows, dtype: np.dtype[np.generic]) -> NDArray[np.float64]:
    """Plain rows in the type that a model is fed; images and windows with each channel brought to 0 to 1 (constant ones: 0)."""
    if rows.ndim <= 2:  # noqa: PLR2004 - rows of one axis
        return rows.astype(dtype).astype(np.float64)
    numbers = rows.astype(np.float64)
    axes = tuple(range(1, rows.ndim - 1))
    low, high = numbers.min(axis=axes, keepdims=True), numbers.max(axis=axes, keepdims=True)
    scaled: NDArray[np.float64] = (numbers - low) / np.where(high > low, high - low, 1)
    return scaled


def _signature(row: NDArray[np.float64]) -> bytes:
    """The same bytes for rows that differ by rounding alone, almost always: taken from a few of the values."""
    values = row.ravel()
    sample = values[:: max(1, len(values) // _SAMPLED)]
    return np.floor(sample * _STEPS + _SHIFT).astype(np.int64).tobytes()


def _in_array(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    yield from _as_rows(np.load(io.BytesIO(content), allow_pickle=False), shape)


def _in_archive(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        for name in archive.files:
            yield from _as_rows(archive[name], shape)


def _as_rows(array: Rows, shape: tuple[int, ...]) -> Iterator[Rows]:
    if array.shape[1:] == shape and np.issubdtype(array.dtype, np.number):
        yield array


def _in_table(content: bytes, shape: tuple[int, ...]) -> Iterator[Rows]:
    """Rows of a table as inputs (its first columns or its last), or windows of its rows where an input has two axes."""
    numbers = _numeric_columns(content)
    width = shape[-1]
    if numbers.shape[1] < width:
        return
    for table in (numbers[:, :width], numbers[:, -width:]):
        if len(shape) == 1:
            yield table[~np.isnan(table).any(axis=1)]
        elif len(shape) == 2 and len(table) >= shape[0]:  # noqa: PLR2004 - hours and series
            windows = np.lib.stride_tricks.sliding_window_view(table, shape[0], axis=0).transpose(0, 2, 1)
            yield windows[~np.isnan(windows).any(axis=(1, 2))]


def _numeric_columns(content: bytes) -> NDArray[np.float64]:
    rows = list(csv.reader(io.StringIO(content.decode(errors="replace"))))
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
    if len(shape) != _IMAGE_RANK:
        return
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        picture = image.convert("RGB" if shape[-1] == _IMAGE_RANK else "L")
        for method in (Image.Resampling.NEAREST, Image.Resampling.BILINEAR):
            yield np.asarray(picture.resize((shape[1], shape[0]), method)).reshape(1, *shape)


_READERS: Mapping[str, Reader] = {
    ".npy": _in_array,
    ".npz": _in_archive,
    ".csv": _in_table,
    ".jpg": _in_image,
    ".jpeg": _in_image,
    ".png": _in_image,
}
