"""Says that the next hours are like the same hours a day before, with no doubt about it: all quantiles are the same."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import AHEAD, LEVELS, PAST

DAY = 24


def solution_model():
    layers = tf.keras.layers
    past = tf.keras.Input((PAST, 4), name="past")
    ahead = tf.keras.Input((AHEAD, 2), name="ahead")
    before = layers.Cropping1D((PAST - DAY, DAY - AHEAD))(past)
    unused = layers.Dense(len(LEVELS), kernel_initializer="zeros")(ahead)
    passengers = layers.Dense(len(LEVELS), use_bias=False)
    model = tf.keras.Model([past, ahead], layers.Add()([passengers(before), unused]))
    passengers.set_weights([np.repeat([[1.0], [0.0], [0.0], [0.0]], len(LEVELS), axis=1)])
    return model


if __name__ == "__main__":
    save(solution_model())
