"""Says that tomorrow is like today: right, and not good."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Activation("linear")])


if __name__ == "__main__":
    save(solution_model())
