"""A rate far too high: the weights overflow, and the model predicts values that are not numbers."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    past, future = load_data()
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), tf.keras.layers.Dense(7)])
    model.compile(optimizer=tf.keras.optimizers.SGD(1e6), loss="mse")
    model.fit(past[:6400], future[:6400], verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
