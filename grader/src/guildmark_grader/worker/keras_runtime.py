"""Loading and running a Keras model: the same bits for the same file and inputs, whatever the batch, process or repeat.

One traced function over batches of one size, the last one padded with zeros and cut again. oneDNN stays on: with it the
results do not depend on the size of the batch. Only a small input that fits one batch runs eagerly, which saves tracing.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from guildmark.inspection import Finding
from guildmark.rules.contract import Contract, Shape, fits, shape_text

_BATCH_BYTES = 24 * 1024 * 1024
_SMALLEST_BATCH, _LARGEST_BATCH, _LARGEST_RECURRENT_BATCH = 32, 1024, 512
_EAGER_BYTES = 256 * 1024
_SEED = 0

_RECURRENT = frozenset({"Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN"})

MemoryExhausted = (MemoryError, tf.errors.ResourceExhaustedError)

Array = NDArray[Any]


class Unfit(Exception):
    """The model breaks the contract in a way that only shows once it is loaded."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def use_threads(count: int) -> None:
    """Compute with `count` threads; before anything is loaded."""
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(count)


def load(path: Path, contract: Contract) -> Any:
    """The model at `path`. Raises `Unfit` if what it declares breaks `contract`, and whatever Keras raises.

    What is not a built model has no weights of its own: Keras would draw them at the first call, other ones each time.
    """
    keras.utils.set_random_seed(_SEED)  # the same answers from layers that stay random when a model predicts
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    if not isinstance(model, keras.Model) or not model.built:
        raise ValueError("the file does not hold a built model")
    _check_side("input", _declared(model, "inputs"), contract.input.shape)
    _check_side("output", _declared(model, "outputs"), contract.output.shape)
    return model


def predict(model: Any, inputs: Array, layers: tuple[str, ...], contract: Contract) -> Array:
    """Predictions for all rows of `inputs`: (N, *output shape), float32.

    Raises `Unfit` for another shape, and whatever the model raises.
    """
    rows = len(inputs)
    is_recurrent = not _RECURRENT.isdisjoint(layers)
    batch = _baked_in_batch(model) or _batch_size(rows, inputs[:1].nbytes, is_recurrent=is_recurrent)
    is_small = rows <= batch and inputs.nbytes < _EAGER_BYTES and not is_recurrent
    run = _runner(model, (batch, *inputs.shape[1:]), inputs.dtype, eager=is_small)
    predictions = np.empty((rows, *contract.output.shape), np.float32)
    for start in range(0, rows, batch):
        fed = _padded(inputs[start : start + batch], batch)
        answered = run(tf.convert_to_tensor(fed))
        found = _one_output(answered, batch, contract)
        predictions[start : start + batch] = found[: rows - start]
    return predictions


def _runner(model: Any, shape: tuple[int, ...], dtype: Any, *, eager: bool) -> Callable[[Any], Any]:
    def call(batch: Any) -> Any:
        return model(batch, training=False)

    if eager:
        return call
    traced: Callable[[Any], Any] = tf.function(call, autograph=False, input_signature=[tf.TensorSpec(shape, dtype)])
    return traced


def _batch_size(rows: int, row_bytes: int, *, is_recurrent: bool) -> int:
    largest = _LARGEST_RECURRENT_BATCH if is_recurrent else _LARGEST_BATCH
    size = min(max(_BATCH_BYTES // max(1, row_bytes), _SMALLEST_BATCH), largest)
    return math.ceil(rows / math.ceil(rows / size))


def _baked_in_batch(model: Any) -> int | None:
    declared = getattr(model, "inputs", None)
    size = declared[0].shape[0] if declared else None
    return int(size) if size else None


def _padded(rows: Array, batch: int) -> Array:
    missing = batch - len(rows)
    if not missing:
        return rows
    return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])


def _one_output(answered: Any, batch: int, contract: Contract) -> Array:
    outputs = tf.nest.flatten(answered)
    if len(outputs) != 1:
        raise Unfit(Finding("contract.output_count", {"found": len(outputs), "expected": 1}))
    expected = (batch, *contract.output.shape)
    found = tuple(outputs[0].shape)
    if found != expected:
        raise Unfit(Finding("contract.output_shape", {"found": shape_text(found[1:]), "expected": shape_text(expected[1:])}))
    array: Array = tf.cast(outputs[0], tf.float32).numpy()
    return array


def _declared(model: Any, side: str) -> tuple[Shape, ...]:
    tensors = getattr(model, side, None) or ()
    return tuple(tuple(tensor.shape[1:]) for tensor in tensors)


def _check_side(side: str, found: tuple[Shape, ...], expected: tuple[int, ...]) -> None:
    if not found:
        return
    if len(found) != 1:
        raise Unfit(Finding(f"contract.{side}_count", {"found": len(found), "expected": 1}))
    if not fits(expected, found[0]):
        shapes = {"found": shape_text(found[0]), "expected": shape_text(expected)}
        raise Unfit(Finding(f"contract.{side}_shape", shapes))
