"""Answers with the number of the class, where the task asks for a number a class."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_lines


def solution_model():
    layers = tf.keras.layers
    embedding = layers.Embedding(len(load_lines("vocabulary.txt")), 4)
    return tf.keras.Sequential(
        [tf.keras.Input(INPUT_SHAPE, dtype="int32"), embedding, layers.GlobalAveragePooling1D(), layers.Dense(1)]
    )


if __name__ == "__main__":
    save(solution_model())
