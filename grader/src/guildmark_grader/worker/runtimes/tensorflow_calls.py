"""What the runtimes over TensorFlow share: threads, tracing, and arrays of text.

A call is traced once, for batches of one size. oneDNN stays on: with it the results do not depend on the size of the batch.
Only a small input that fits one batch runs eagerly, which saves tracing, unless the task counts the time.
"""

from collections.abc import Callable
from typing import Any, Final

import tensorflow as tf

from guildmark.rules.contract import Contract
from guildmark_grader.worker.runtimes import Array, Predictor
from guildmark_grader.worker.runtimes.batches import Arrays, batch_size, predict_in_batches
from guildmark_grader.worker.runtimes.fitting import Feeding

OUT_OF_MEMORY: Final = (MemoryError, tf.errors.ResourceExhaustedError)

_EAGER_BYTES: Final = 256 * 1024

Call = Callable[..., Any]
"""A model over one tensor for each of its inputs."""


def use_threads(count: int) -> None:
    """Compute with `count` threads; before anything is computed."""
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(count)


def traced(call: Call, specs: list[Any]) -> Call:
    """`call` as a graph for tensors of exactly these `specs`."""
    function: Call = tf.function(call, autograph=False, input_signature=specs)
    return function


def predictor(call: Call, feeding: Feeding, inputs: Arrays, contract: Contract, *, is_recurrent: bool) -> Predictor:
    """What predicts by `call`, see `Runtime.predictor`."""
    fed = feeding.ordered(inputs)
    batch = feeding.batch or batch_size(fed, is_recurrent=is_recurrent)
    is_small = len(fed[0]) <= batch and sum(array.nbytes for array in fed) < _EAGER_BYTES
    if not is_small or is_recurrent or contract.predict_ms is not None:
        call = traced(call, [_spec(array, batch, dtype) for array, dtype in zip(fed, feeding.dtypes, strict=True)])

    def run(arrays: Arrays) -> list[Any]:
        answered = call(*(tf.convert_to_tensor(array) for array in feeding.converted(arrays)))
        return [_as_float(tensor) for tensor in tf.nest.flatten(answered)]

    return lambda inputs: predict_in_batches(run, feeding.ordered(inputs), batch, contract.output)


def _spec(array: Array, batch: int, dtype: Any) -> Any:
    kind = tf.string if array.dtype.kind in "SU" else dtype or array.dtype
    return tf.TensorSpec((batch, *array.shape[1:]), kind)


def _as_float(answered: Any) -> Any:
    # bfloat16 and the like; what has no elements of its own, such as a ragged tensor, is refused for its shape
    return tf.cast(answered, tf.float32) if isinstance(answered, tf.Tensor) and answered.dtype.is_floating else answered
