"""Forgets the channel, which the task feeds."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE[:2]), layers.Flatten(), layers.Dense(10, activation="softmax")])


if __name__ == "__main__":
    save(solution_model())
