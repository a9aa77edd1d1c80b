"""Forgets to flatten or pool, so that it answers for every place of the picture."""

import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    first = [tf.keras.Input(INPUT_SHAPE), layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D()]
    return tf.keras.Sequential([*first, layers.Dense(len(CLASSES), activation="softmax")])


if __name__ == "__main__":
    save(solution_model())
