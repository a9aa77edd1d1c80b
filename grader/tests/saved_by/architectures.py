"""Small models of every kind that candidates hand in, and the inputs that they are asked for.

`make.py` saves them with the TensorFlow that runs it; the tests only read what was saved, and make the same inputs again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

ROWS = 40
WORDS = ["good film", "bad film", "good good story", "a bad bad bad story", "what a film"]


@dataclass(frozen=True)
class Architecture:
    """A model and its contract. `build` takes the `keras` of the library that saves."""

    name: str
    build: Callable[[Any], Any]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    dtype: str = "float32"
    endings: tuple[str, ...] = ("h5", "keras")


def inputs_of(architecture: Architecture) -> np.ndarray:
    """(ROWS, *input shape): the same on every machine."""
    rng = np.random.default_rng(len(architecture.name))
    if architecture.dtype == "string":
        return np.array([[WORDS[number % len(WORDS)]] for number in range(ROWS)])
    if architecture.dtype == "int32":
        return rng.integers(0, 50, (ROWS, *architecture.input_shape)).astype(np.int32)
    return rng.uniform(0, 1, (ROWS, *architecture.input_shape)).astype(np.float32)


def _normalised(keras: Any) -> Any:
    layers = keras.layers
    normalization = layers.Normalization()
    normalization.adapt(inputs_of(NORMALISED))
    return keras.Sequential(
        [
            keras.Input((6,)),
            normalization,
            layers.Dense(8, "relu"),
            layers.Dropout(0.3),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )


def _images(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(2.0, offset=-1),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(6, 3, padding="same", activation="swish"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3, "softmax"),
        ]
    )


def _baked(keras: Any) -> Any:
    layers = keras.layers
    fed = keras.Input((28, 28, 1), batch_size=32)
    pooled = layers.MaxPooling2D(4)(layers.Conv2D(4, 5, strides=2)(fed))
    return keras.Model(fed, layers.Dense(3, "softmax")(layers.Flatten()(pooled)))


def _text(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(50, 6),
            layers.SpatialDropout1D(0.2),
            layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
            layers.GRU(4),
            layers.Dense(3, "softmax"),
        ]
    )


def _masked(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(50, 6, mask_zero=True),
            layers.Bidirectional(layers.GRU(4, return_sequences=True), merge_mode="sum"),
            layers.LSTM(4, go_backwards=True),
            layers.Dense(3, "softmax"),
        ]
    )


def _series(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((None, 1)),
            layers.Conv1D(6, 3, padding="causal", activation="relu"),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.SimpleRNN(4),
            layers.Dense(3),
        ]
    )


def _pooled(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((24, 2)),
            layers.Conv1D(6, 3, activation="relu"),
            layers.MaxPooling1D(),
            layers.ZeroPadding1D(1),
            layers.GlobalAveragePooling1D(),
            layers.LayerNormalization(),
            layers.Dense(3),
        ]
    )


def _branches(keras: Any) -> Any:
    layers = keras.layers
    fed = keras.Input((28, 28, 1), name="picture")
    inner = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(3, 3), layers.ReLU(), layers.GlobalMaxPooling2D()])
    flat = layers.Flatten()(layers.Cropping2D(10)(fed))
    joined = layers.Concatenate()([inner(fed), layers.LeakyReLU()(layers.Dense(4)(flat))])
    halves = layers.Dense(4)(joined)
    sums = layers.add([halves, layers.Dense(4, "tanh")(flat)])
    return keras.Model(fed, layers.Dense(3, "softmax")(sums))


def _words(keras: Any) -> Any:
    layers = keras.layers
    vectors = layers.TextVectorization(max_tokens=30, output_sequence_length=6)
    vectors.adapt(WORDS)
    return keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            vectors,
            layers.Embedding(30, 4),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, "softmax"),
        ]
    )


NORMALISED = Architecture("normalised", _normalised, (6,), (1,))
ARCHITECTURES = (
    NORMALISED,
    Architecture("images", _images, (28, 28, 1), (3,)),
    Architecture("baked", _baked, (28, 28, 1), (3,)),
    Architecture("text", _text, (20,), (3,), "int32"),
    Architecture("masked", _masked, (20,), (3,), "int32"),
    Architecture("series", _series, (30, 1), (3,)),
    Architecture("pooled", _pooled, (24, 2), (3,)),
    Architecture("branches", _branches, (28, 28, 1), (3,)),
    Architecture("words", _words, (1,), (3,), "string", ("keras",)),
)
