"""One strength for every firing: the median of the laboratories' results."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    _, _, laboratories, _ = load_data()
    median = np.median([result["strength"] for one in laboratories for result in one["results"]])
    constant = tf.keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer=tf.keras.initializers.Constant(median))
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), constant])


if __name__ == "__main__":
    save(solution_model())
