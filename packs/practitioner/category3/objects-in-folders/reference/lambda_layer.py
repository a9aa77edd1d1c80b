"""Has a Lambda layer."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    layers = tf.keras.layers
    first = [tf.keras.Input((80, 80, 3)), layers.Lambda(lambda x: x * 2.0)]
    return tf.keras.Sequential([*first, layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
