"""Takes 30 words where the task feeds 20."""

import os
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    layers = tf.keras.layers
    first = [tf.keras.Input((30,), dtype="int32"), layers.Embedding(8000, 4), layers.GlobalAveragePooling1D()]
    return tf.keras.Sequential([*first, layers.Dense(1, activation="sigmoid")])


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
