"""Saves the models that the grader's tests hand in: python saved_models.py FOLDER.

The task that they meet: six numbers in, scores of three classes out; the right class is the largest of the first three.
It is a script of its own so that TensorFlow is never imported where the tests run.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

FEATURES, CLASSES = 6, 3


def exact(source, *between):
    """A model that is right on every row."""
    dense = layers.Dense(CLASSES, use_bias=False)
    model = keras.Sequential([source, *between, dense])
    model.build(source.batch_shape if hasattr(source, "batch_shape") else None)
    dense.set_weights([np.eye(FEATURES, CLASSES, dtype="float32")])
    return model


def single(source, output):
    return keras.Model(source, output)


def main(folder):
    features = keras.Input((FEATURES,))
    honest = exact(keras.Input((FEATURES,)))
    honest.compile("adam", "mse")
    honest.save(folder / "honest.keras")
    honest.save(folder / "honest.h5")
    honest.save_weights(folder / "honest.weights.h5")
    exact(keras.Input(batch_shape=(32, FEATURES))).save(folder / "baked.keras")
    exact(keras.Input((None,)), layers.Reshape((FEATURES,))).save(folder / "free.keras")

    always_first = keras.Sequential([keras.Input((FEATURES,)), layers.Dense(CLASSES)])
    always_first.set_weights([np.zeros((FEATURES, CLASSES)), np.array([1.0, 0.0, 0.0])])
    always_first.save(folder / "always_first.h5")
    never_right = keras.Sequential([keras.Input((FEATURES,)), layers.Dense(CLASSES, use_bias=False)])
    never_right.set_weights([-np.eye(FEATURES, CLASSES)])
    never_right.save(folder / "never_right.keras")
    always_first.set_weights([np.zeros((FEATURES, CLASSES)), np.array([np.nan, 0.0, 0.0])])
    always_first.save(folder / "nan.keras")

    other = keras.Input((FEATURES + 1,))
    single(other, layers.Dense(CLASSES)(other)).save(folder / "wrong_input.keras")
    single(other, layers.Dense(CLASSES)(other)).save(folder / "wrong_input.h5")
    single(features, layers.Dense(CLASSES + 1)(features)).save(folder / "wrong_output.keras")
    single(features, layers.Dense(CLASSES + 1)(features)).save(folder / "wrong_output.h5")
    second = keras.Input((FEATURES,))
    single([features, second], layers.Dense(CLASSES)(features + second)).save(folder / "two_inputs.keras")
    single(features, [layers.Dense(CLASSES)(features), layers.Dense(CLASSES)(features)]).save(folder / "two_outputs.h5")
    single(features, layers.Dense(CLASSES)(layers.BatchNormalization()(features))).save(folder / "forbidden.keras")
    single(features, layers.Dense(CLASSES)(layers.BatchNormalization()(features))).save(folder / "forbidden.h5")
    code = layers.Lambda(lambda x: x * 2, name="twice")
    single(features, layers.Dense(CLASSES)(code(features))).save(folder / "lambda.keras")
    single(features, layers.Dense(CLASSES)(code(features))).save(folder / "lambda.h5")

    anything = keras.Input((None,))
    single(anything, layers.Dense(CLASSES)(layers.Reshape((FEATURES + 1,))(anything))).save(folder / "raises.keras")
    long = layers.RepeatVector(60_000)(features)
    single(features, layers.Dense(CLASSES)(layers.GRU(512)(long))).save(folder / "slow.keras")
    wide = layers.GlobalAveragePooling1D()(layers.ReLU()(layers.RepeatVector(20_000_000)(features)))
    single(features, layers.Dense(CLASSES)(wide)).save(folder / "hog.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
