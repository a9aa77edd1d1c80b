"""Answers with one number, as models of two classes often do, and not with one for each class."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    first = [tf.keras.Input(INPUT_SHAPE), layers.Conv2D(16, 3, activation="relu"), layers.GlobalMaxPooling2D()]
    return tf.keras.Sequential([*first, layers.Dense(1, activation="sigmoid")])


if __name__ == "__main__":
    save(solution_model())
