"""Weights without a model."""

import os
import shutil
from pathlib import Path

import tensorflow as tf

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    return tf.keras.Sequential([tf.keras.Input((9,)), tf.keras.layers.Dense(1)])


if __name__ == "__main__":
    solution_model().save_weights(str(FOLDER / "kept.weights.h5"))
    shutil.move(str(FOLDER / "kept.weights.h5"), str(FOLDER / "mymodel.h5"))
