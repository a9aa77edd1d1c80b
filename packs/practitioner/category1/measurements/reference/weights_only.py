"""Saves the weights without the model."""

from pathlib import Path

import tensorflow as tf
from starter import INPUT_SHAPE


def solution_model():
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Dense(1)])


if __name__ == "__main__":
    solution_model().save_weights("kept.weights.h5")
    Path("kept.weights.h5").replace("mymodel.h5")
