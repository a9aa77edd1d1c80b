"""Scales the pixels in a Lambda layer, which carries code."""

import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    scaled = layers.Lambda(lambda images: images * 2 - 1, output_shape=INPUT_SHAPE)
    first = [tf.keras.Input(INPUT_SHAPE), scaled, layers.Conv2D(16, 3, activation="relu"), layers.GlobalMaxPooling2D()]
    return tf.keras.Sequential([*first, layers.Dense(len(CLASSES), activation="softmax")])


if __name__ == "__main__":
    save(solution_model())
