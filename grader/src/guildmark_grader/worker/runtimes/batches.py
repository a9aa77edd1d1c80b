"""How rows go through a model: in batches of one size, the last one padded with zeros and cut again.

With one size a framework prepares its kernels once, and the answers are the same to the bit over repeats and processes.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from guildmark.inspection import Finding
from guildmark.rules.contract import TensorContract, shape_text
from guildmark_grader.worker.runtimes import Array, Unfit

_NUMBERS: Final = "biuf"
_BATCH_BYTES: Final = 24 * 1024 * 1024
_SMALLEST, _LARGEST, _LARGEST_RECURRENT = 32, 1024, 512

Arrays = tuple[Array, ...]
Run = Callable[[Arrays], Sequence[Any]]
"""Feeds one batch to a model, and gives its outputs: anything that has a shape and turns into an array."""


def batch_size(inputs: Arrays, *, is_recurrent: bool) -> int:
    """Rows a batch: as many as suit the caches, and about the same number in every batch."""
    rows = len(inputs[0])
    row_bytes = max(1, sum(array[:1].nbytes for array in inputs))
    largest = _LARGEST_RECURRENT if is_recurrent else _LARGEST
    size = min(max(_BATCH_BYTES // row_bytes, _SMALLEST), largest)
    return math.ceil(rows / math.ceil(rows / size))


def predict_in_batches(run: Run, inputs: Arrays, batch: int, output: TensorContract) -> Array:
    """The answers of `run` to all rows of `inputs`: (N, *output shape), float32.

    Raises `Unfit` for another number of outputs, another shape, or another number of rows than were fed.
    """
    rows = len(inputs[0])
    predictions = np.empty((rows, *output.shape), np.float32)
    for start in range(0, rows, batch):
        fed = tuple(_padded(array[start : start + batch], batch) for array in inputs)
        predictions[start : start + batch] = _only_output(run(fed), batch, output)[: rows - start]
    return predictions


def _padded(rows: Array, batch: int) -> Array:
    missing = batch - len(rows)
    if not missing:
        return rows
    return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])


def _only_output(outputs: Sequence[Any], batch: int, expected: TensorContract) -> Array:
    if len(outputs) != 1:
        raise Unfit(Finding("contract.output_count", {"found": len(outputs), "expected": 1}))
    found = tuple(getattr(outputs[0], "shape", ()))
    if not found or found[1:] != expected.shape:
        shapes = {"found": shape_text(found[1:]), "expected": shape_text(expected.shape)}
        raise Unfit(Finding("contract.output_shape", shapes))
    if found[0] != batch:
        raise Unfit(Finding("contract.rows", {"found": int(found[0]), "expected": batch}))
    array = np.asarray(outputs[0])
    if array.dtype.kind not in _NUMBERS:  # NumPy would read texts as numbers
        raise Unfit(Finding("contract.output_type", {"found": str(array.dtype.name), "expected": expected.dtype}))
    return array.astype(np.float32, copy=False)
