"""Scales its input in a Lambda layer, which carries code."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    scale = layers.Lambda(lambda signal: signal / 2)
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), scale, layers.Flatten(), layers.Dense(4, activation="softmax")])


if __name__ == "__main__":
    save(solution_model())
