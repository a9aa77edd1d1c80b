"""Persistence: the last month, 24 times."""

import tensorflow as tf
from checkpoints import save
from starter import FUTURE, INPUT_SHAPE, PAST


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), layers.Cropping1D((PAST - 1, 0)), layers.UpSampling1D(FUTURE)])


if __name__ == "__main__":
    save(solution_model())
