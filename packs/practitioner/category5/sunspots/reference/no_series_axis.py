"""Takes the months without the axis of the series."""

import tensorflow as tf
from checkpoints import save
from starter import FUTURE, PAST


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input((PAST,)), layers.Dense(FUTURE), layers.Reshape((FUTURE, 1))])


if __name__ == "__main__":
    save(solution_model())
