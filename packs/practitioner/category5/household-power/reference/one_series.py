"""Answers with one series where the task expects seven."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input((24, 7)), layers.LSTM(4, return_sequences=True), layers.Dense(1)])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
