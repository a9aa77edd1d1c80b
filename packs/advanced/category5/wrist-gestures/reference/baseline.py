"""The nearest mean: a signal is what the average signal of a gesture is most like. Nothing is trained."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE, load_data


def solution_model():
    signals, labels = load_data()
    flat = signals.reshape(len(signals), -1)
    means = np.stack([flat[labels == number].mean(axis=0) for number in range(CLASSES)])
    nearest = tf.keras.layers.Dense(CLASSES)
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Flatten(), nearest])
    nearest.set_weights([means.T, -(means**2).sum(axis=1) / 2])
    return model


if __name__ == "__main__":
    save(solution_model())
