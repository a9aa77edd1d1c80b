"""A linear model of the columns as they are, by least squares, which takes the numbers of the words for sizes."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    features, prices, _columns = load_data()
    table = np.column_stack([features, np.ones(len(features))]).astype("float64")
    size = np.abs(table).max(axis=0)
    weights = np.linalg.lstsq(table / size, prices, rcond=None)[0] / size[:, None]
    plane = tf.keras.layers.Dense(1)
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), plane])
    plane.set_weights([weights[:-1], weights[-1]])
    return model


if __name__ == "__main__":
    save(solution_model())
