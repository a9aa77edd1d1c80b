"""Says that the next twelve hours are as the same hours were a day before."""

import tensorflow as tf
from checkpoints import save
from starter import FUTURE, INPUT_SHAPE, PAST


def solution_model():
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Cropping1D((0, PAST - FUTURE))])


if __name__ == "__main__":
    save(solution_model())
