"""Answers with nine classes where the task expects ten."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input((28, 28)), layers.Flatten(), layers.Dense(9, activation="softmax")])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
