"""Loading and running a Keras model, by Keras 3 or by Keras 2 (`tf_keras`): `library` is one or the other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tensorflow as tf

from guildmark.rules.contract import Contract
from guildmark_grader.worker.runtimes import Predictor, tensorflow_calls
from guildmark_grader.worker.runtimes.batches import Arrays
from guildmark_grader.worker.runtimes.fitting import Declared, Feeding, check_outputs, feeding

_SEED: Final = 0


@dataclass(frozen=True, eq=False)
class KerasModel:
    """A loaded model, how it is fed, and the structure in which it takes its inputs."""

    model: Any
    feeding: Feeding
    structure: Any

    def __call__(self, *tensors: Any) -> Any:
        """The model's answer to one tensor an input, as it answers when it predicts."""
        return self.model(tf.nest.pack_sequence_as(self.structure, tensors), training=False)


def warm(library: Any) -> None:
    """Run a small model, eagerly and traced."""
    model = library.Sequential([library.Input((2,)), library.layers.Dense(1)])
    rows = tf.zeros((1, 2))
    model(rows, training=False)
    tensorflow_calls.traced(lambda x: model(x, training=False), [tf.TensorSpec((1, 2))])(rows)


def load(library: Any, path: Path, contract: Contract) -> KerasModel:
    """The model at `path`. Raises `Unfit` if what it declares breaks `contract`, and whatever Keras raises.

    What is not a built model has no weights of its own: Keras would draw them at the first call, other ones each time.
    """
    library.utils.set_random_seed(_SEED)  # the same answers from layers that stay random when a model predicts
    model = library.models.load_model(path, compile=False, safe_mode=True)
    if not isinstance(model, library.Model) or not model.built or not model.inputs:
        raise ValueError("the file does not hold a built model")
    structure = model.inputs[0] if isinstance(model, library.Sequential) else model.input
    declared = [_declared(tensor) for tensor in tf.nest.flatten(structure)]
    fed = feeding(declared, contract)
    check_outputs([Declared(tensor.name, tuple(tensor.shape)) for tensor in model.outputs], contract)
    return KerasModel(model, fed, structure)


def _declared(tensor: Any) -> Declared:
    return Declared(tensor.name, tuple(tensor.shape), is_text=tf.as_dtype(tensor.dtype) == tf.string)


def predictor(model: KerasModel, inputs: Arrays, contract: Contract, *, is_recurrent: bool) -> Predictor:
    """See `Runtime.predictor`. The element types are left to Keras, which converts to what each input declares."""
    return tensorflow_calls.predictor(model, model.feeding, inputs, contract, is_recurrent=is_recurrent)
