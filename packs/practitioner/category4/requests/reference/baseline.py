"""Takes the numbers of the words for sizes: a plane for each class, by least squares."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    _texts, tokens, labels = load_data()
    classes = np.eye(labels.max() + 1)
    table = np.column_stack([tokens, np.ones(len(tokens))]).astype("float64")
    weights = np.linalg.lstsq(table, classes[labels], rcond=None)[0]
    planes = tf.keras.layers.Dense(len(classes))
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), planes])
    planes.set_weights([weights[:-1], weights[-1]])
    return model


if __name__ == "__main__":
    save(solution_model())
