"""A straight line by least squares: the law bends, the line does not."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import load_data


def solution_model():
    settings, readings = load_data()
    slope, start = np.polyfit(settings[:, 0], readings[:, 0], 1)
    line = tf.keras.layers.Dense(1)
    model = tf.keras.Sequential([tf.keras.Input((1,)), line])
    line.set_weights([np.array([[slope]]), np.array([start])])
    return model


if __name__ == "__main__":
    save(solution_model())
