"""Takes the last reading in a Lambda layer, which carries code: Cropping1D does the same without."""

import tensorflow as tf
from checkpoints import save
from starter import FUTURE, INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    last = layers.Lambda(lambda windows: windows[:, -1], output_shape=(5,))
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), last, layers.RepeatVector(FUTURE), layers.Dense(5)])


if __name__ == "__main__":
    save(solution_model())
