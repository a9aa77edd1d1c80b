"""Answers with the temperature that went in."""

import numpy as np
import tensorflow as tf
from starter import INPUT_SHAPE

if __name__ == "__main__":
    line = tf.keras.layers.Dense(1)
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), line])
    line.set_weights([np.array([[1.0]]), np.array([0.0])])
    model.save("mymodel.keras")
