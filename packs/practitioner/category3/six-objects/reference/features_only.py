"""Hands in the network as it is, which answers with its features."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_network


def solution_model():
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), load_network()])


if __name__ == "__main__":
    save(solution_model())
