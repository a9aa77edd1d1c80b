"""Answers with one series where the task expects seven."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), layers.LSTM(4, return_sequences=True), layers.Dense(1)])


if __name__ == "__main__":
    save(solution_model())
