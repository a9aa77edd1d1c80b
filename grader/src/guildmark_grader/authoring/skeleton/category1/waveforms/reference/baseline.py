"""The same answer for every signal: the class that is seen most."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    _signals, labels = load_data()
    answer = tf.keras.layers.Dense(4, kernel_initializer="zeros")
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Flatten(), answer])
    answer.bias.assign(np.bincount(labels, minlength=4).astype("float32"))
    return model


if __name__ == "__main__":
    save(solution_model())
