"""Forgets to pool, so that every word has an answer of its own."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_lines


def solution_model():
    layers = tf.keras.layers
    embedding = layers.Embedding(len(load_lines("vocabulary.txt")), 4)
    ending = layers.Dense(len(load_lines("classes.txt")), activation="softmax")
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE, dtype="int32"), embedding, ending])


if __name__ == "__main__":
    save(solution_model())
