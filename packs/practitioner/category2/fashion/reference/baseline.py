"""The nearest mean: an image is what the average image of a class is most like. Nothing is trained."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    images, labels = load_data()
    flat = images.reshape(len(images), -1)
    means = np.stack([flat[labels == number].mean(axis=0) for number in range(10)])
    nearest = tf.keras.layers.Dense(10)
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Flatten(), nearest])
    nearest.set_weights([means.T, -(means**2).sum(axis=1) / 2])
    return model


if __name__ == "__main__":
    save(solution_model())
