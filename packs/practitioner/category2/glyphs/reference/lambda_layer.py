"""Inverts the images in a Lambda layer, which carries code."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    inverted = layers.Lambda(lambda images: 1 - images, output_shape=INPUT_SHAPE)
    return tf.keras.Sequential(
        [tf.keras.Input(INPUT_SHAPE), inverted, layers.Flatten(), layers.Dense(10, activation="softmax")]
    )


if __name__ == "__main__":
    save(solution_model())
