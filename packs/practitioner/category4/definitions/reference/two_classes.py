"""Answers with two numbers where the task expects one."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    layers = tf.keras.layers
    first = [tf.keras.Input((20,), dtype="int32"), layers.Embedding(8000, 4), layers.GlobalAveragePooling1D()]
    return tf.keras.Sequential([*first, layers.Dense(2, activation="softmax")])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
