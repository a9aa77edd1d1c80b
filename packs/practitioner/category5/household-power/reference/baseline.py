"""Says that tomorrow is like today: right, and not good."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    return tf.keras.Sequential([tf.keras.Input((24, 7)), tf.keras.layers.Activation("linear")])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
