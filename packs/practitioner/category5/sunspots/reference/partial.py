"""One linear layer on all the months: it has a weight for every month, and few cycles to learn them from."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import FUTURE, INPUT_SHAPE, PAST, load_data

KERNEL = np.array([0.5, *[1] * 11, 0.5]) / 12


def solution_model():
    months = load_data()
    smoothed = np.convolve(months, KERNEL, "valid")
    future = np.lib.stride_tricks.sliding_window_view(smoothed[PAST - 6 :], FUTURE)[..., np.newaxis]
    past = np.lib.stride_tricks.sliding_window_view(months, PAST)[: len(future), :, np.newaxis]
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input(INPUT_SHAPE), layers.Flatten(), layers.Dense(FUTURE), layers.Reshape((FUTURE, 1))]
    )
    model.compile(optimizer="adam", loss="mse")
    model.fit(past, future, epochs=30, batch_size=32, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
