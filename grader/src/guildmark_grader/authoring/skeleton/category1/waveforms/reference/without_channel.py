"""Forgets the channel: takes (None, 64) where the task feeds (None, 64, 1)."""

import tensorflow as tf
from checkpoints import save


def solution_model():
    return tf.keras.Sequential([tf.keras.Input((64,)), tf.keras.layers.Dense(4, activation="softmax")])


if __name__ == "__main__":
    save(solution_model())
