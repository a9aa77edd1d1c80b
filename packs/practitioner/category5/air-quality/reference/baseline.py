"""Persistence: the last hour of each of the four series, twelve times."""

import json

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import FOLDER, FUTURE, INPUT_SHAPE, PAST


def solution_model():
    scaling = json.loads((FOLDER / "scaling.json").read_text())
    layers = tf.keras.layers
    picked = layers.Dense(4, use_bias=False)
    model = tf.keras.Sequential(
        [tf.keras.Input(INPUT_SHAPE), layers.Cropping1D((PAST - 1, 0)), picked, layers.UpSampling1D(FUTURE)]
    )
    picked.set_weights([np.eye(6)[:, [scaling["columns"].index(name) for name in scaling["forecast"]]]])
    return model


if __name__ == "__main__":
    save(solution_model())
