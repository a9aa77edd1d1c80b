"""Saves the models that meet a task that counts the time: python timed_models.py FOLDER.

Eight numbers go in, and their sum comes out. All models are right; some take their time.
"""

import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

FEATURES = 8
BATCH = 50


def summing(width, depth):
    """A right model with a branch of `depth` times the same wide layer, which changes nothing about the answer."""
    source = keras.Input((FEATURES,))
    busy, layer = layers.Dense(width, activation="relu")(source), layers.Dense(width, activation="relu")
    for _ in range(depth):
        busy = layer(busy)
    nothing = layers.Dense(1, kernel_initializer="zeros")(busy)
    answer = layers.Dense(1, use_bias=False, kernel_initializer="ones")(source)
    return keras.Model(source, layers.Add()([answer, nothing]))


def main(folder):
    keras.utils.set_random_seed(7)
    for name, model in (("fast", summing(16, 1)), ("slow", summing(600, 12))):
        model.save(folder / f"{name}.keras")
        model.save(folder / f"{name}.h5")
        (folder / f"{name}.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    source = keras.Input(batch_shape=(BATCH, FEATURES))
    memory = layers.SimpleRNN(1, activation="linear", stateful=True, kernel_initializer="ones", recurrent_initializer="ones")
    keras.Model(source, memory(layers.Reshape((1, FEATURES))(source))).save(folder / "stateful.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
