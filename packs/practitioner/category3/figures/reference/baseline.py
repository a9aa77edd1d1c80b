"""The same class for every image: all classes are equally frequent. Nothing is trained."""

import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE


def solution_model():
    layers = tf.keras.layers
    answer = layers.Dense(len(CLASSES), activation="softmax", kernel_initializer="zeros")
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), layers.GlobalAveragePooling2D(), answer])


if __name__ == "__main__":
    save(solution_model())
