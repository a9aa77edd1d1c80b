"""Has a layer that the task forbids."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    layers = tf.keras.layers
    shape = [tf.keras.Input((28, 28)), layers.Reshape((28, 28, 1)), layers.Resizing(14, 14)]
    return tf.keras.Sequential([*shape, layers.Flatten(), layers.Dense(10, activation="softmax")])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
