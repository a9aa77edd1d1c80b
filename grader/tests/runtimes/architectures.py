"""The models of the matrix: each is built by Keras 3 or by `tf_keras`, whichever is given as `k`, with weights of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from guildmark.rules.contract import TensorContract

WORDS = ["red", "green", "blue", "left", "right", "up", "down"]


@dataclass(frozen=True)
class Architecture:
    build: Callable[[Any], Any]
    inputs: tuple[TensorContract, ...]
    output: tuple[int, ...]
    is_recurrent: bool = False
    keeps_vocabulary: bool = True
    """Whether a vocabulary stands in the configuration: `.h5` has no other place for it."""

    def rows(self, count: int) -> tuple[np.ndarray, ...]:
        """Inputs for a model, in the order of the contract."""
        rng = np.random.default_rng(3)
        return tuple(_rows(rng, entry, count) for entry in self.inputs)


def _rows(rng, entry, count):
    shape = (count, *entry.shape)
    if entry.dtype == "string":
        # Both kinds of NumPy's text: of characters, and of bytes.
        return rng.choice(np.array([*WORDS, "unheard"]), shape).astype("S7" if entry.shape else "U7")
    if entry.dtype.startswith("int"):
        return rng.integers(0, 40, shape).astype(entry.dtype)
    return rng.uniform(0, 1, shape).astype(entry.dtype)


def convolutions(k):
    model = k.Sequential(
        [
            k.Input((28, 28, 1)),
            k.layers.Rescaling(1 / 2),
            k.layers.Conv2D(4, 3, activation="relu"),
            k.layers.BatchNormalization(),
            k.layers.MaxPooling2D(2),
            k.layers.Dropout(0.5),
            k.layers.Flatten(),
            k.layers.Dense(10, activation="softmax"),
        ]
    )
    rng = np.random.default_rng(5)
    normalization = model.layers[2]
    normalization.set_weights([rng.uniform(0.5, 1.5, weights.shape) for weights in normalization.get_weights()])
    return model


def baked_batch(k):
    return k.Sequential(
        [
            k.Input(batch_size=32, shape=(28, 28, 1)),
            k.layers.Conv2D(3, 5, strides=2, activation="relu"),
            k.layers.Flatten(),
            k.layers.Dense(10, activation="softmax"),
        ]
    )


def free_dimensions(k):
    images = k.Input((None, None, 1))
    found = k.layers.Conv2D(6, 3, padding="same", activation="relu")(images)
    return k.Model(images, k.layers.Dense(10)(k.layers.GlobalAveragePooling2D()(found)))


def recurrent(k):
    return k.Sequential(
        [
            k.Input((None,)),
            k.layers.Embedding(40, 6),
            k.layers.Bidirectional(k.layers.LSTM(5, return_sequences=True)),
            k.layers.GRU(4),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def series(k):
    return k.Sequential(
        [
            k.Input((30, 1)),
            k.layers.Conv1D(4, 3, padding="causal", activation="relu"),
            k.layers.MaxPooling1D(2),
            k.layers.LSTM(5, implementation=1) if k.__name__ == "tf_keras" else k.layers.LSTM(5),
            k.layers.Dense(1),
        ]
    )


def nested(k):
    block_in = k.Input((14, 14, 2))
    block = k.Model(block_in, k.layers.Add()([block_in, k.layers.Conv2D(2, 3, padding="same")(block_in)]), name="block")
    stem = k.Sequential(
        [k.Input((28, 28, 1)), k.layers.Conv2D(2, 3, padding="same"), k.layers.AveragePooling2D(2)], name="stem"
    )
    images = k.Input((28, 28, 1))
    return k.Model(images, k.layers.Dense(10)(k.layers.Flatten()(block(stem(images)))))


def normalization(k):
    normalized = k.layers.Normalization()
    normalized.adapt(np.random.default_rng(9).normal(3, 2, (50, 6)).astype("float32"))
    numbers = k.Input((6,))
    return k.Model(numbers, k.layers.Dense(3)(k.layers.Dropout(0.2)(normalized(numbers))))


def two_inputs(k):
    # In the other order than the contract's: they are told apart by name.
    image, numbers = k.Input((8, 8, 1), name="image"), k.Input((3,), name="numbers")
    joined = k.layers.Concatenate()([k.layers.Flatten()(image), numbers])
    return k.Model([numbers, image], k.layers.Dense(2)(joined))


def baked_pair(k):
    first, second = k.Input(batch_size=16, shape=(4,)), k.Input(batch_size=16, shape=(2,))
    return k.Model([first, second], k.layers.Dense(2)(k.layers.Concatenate()([first, second])))


def text(k):
    return k.Sequential(
        [
            k.Input((), dtype="string"),
            k.layers.TextVectorization(max_tokens=20, output_sequence_length=6, vocabulary=WORDS),
            k.layers.Embedding(20, 3),
            k.layers.GlobalAveragePooling1D(),
            k.layers.Dense(2),
        ]
    )


def adapted_text(k):
    vectorization = k.layers.TextVectorization(max_tokens=20, output_mode="multi_hot")
    vectorization.adapt(np.array(WORDS))
    words = k.Input((), dtype="string")
    return k.Model(words, k.layers.Dense(2)(vectorization(words)))


def lookup(k):
    words = k.Input((2,), dtype="string")
    return k.Model(words, k.layers.Dense(2)(k.layers.StringLookup(vocabulary=WORDS, output_mode="multi_hot")(words)))


_IMAGES = (TensorContract((28, 28, 1)),)
_TEXTS = (TensorContract((), "string"),)

ARCHITECTURES = {
    "convolutions": Architecture(convolutions, _IMAGES, (10,)),
    "baked_batch": Architecture(baked_batch, _IMAGES, (10,)),
    "free_dimensions": Architecture(free_dimensions, _IMAGES, (10,)),
    "recurrent": Architecture(recurrent, (TensorContract((20,), "int32"),), (3,), is_recurrent=True),
    "series": Architecture(series, (TensorContract((30, 1)),), (1,), is_recurrent=True),
    "nested": Architecture(nested, _IMAGES, (10,)),
    "normalization": Architecture(normalization, (TensorContract((6,)),), (3,)),
    "two_inputs": Architecture(
        two_inputs, (TensorContract((8, 8, 1), name="image"), TensorContract((3,), name="numbers")), (2,)
    ),
    "baked_pair": Architecture(baked_pair, (TensorContract((4,), name="this"), TensorContract((2,), name="that")), (2,)),
    "text": Architecture(text, _TEXTS, (2,)),
    "adapted_text": Architecture(adapted_text, _TEXTS, (2,), keeps_vocabulary=False),
    "lookup": Architecture(lookup, (TensorContract((2,), "string"),), (2,)),
}
