"""Hands in the head alone, which takes features and no images."""

import tensorflow as tf
from checkpoints import save
from starter import CLASSES, load_network


def solution_model():
    answer = tf.keras.layers.Dense(len(CLASSES), activation="softmax")
    return tf.keras.Sequential([tf.keras.Input(load_network().output.shape[1:]), answer])


if __name__ == "__main__":
    save(solution_model())
