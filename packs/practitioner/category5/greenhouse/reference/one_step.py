"""Forecasts the next reading alone, as a recurrent layer does that returns its last state."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), layers.LSTM(16), layers.Dense(5)])


if __name__ == "__main__":
    save(solution_model())
