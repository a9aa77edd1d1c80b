"""One linear layer: it follows the day, and knows nothing of switches."""

import tensorflow as tf
from checkpoints import save
from starter import FUTURE, INPUT_SHAPE, load_data


def solution_model():
    past, future = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input(INPUT_SHAPE), layers.Flatten(), layers.Dense(FUTURE * 5), layers.Reshape((FUTURE, 5))]
    )
    model.compile(optimizer="adam", loss="mse")
    model.fit(past, future, epochs=10, batch_size=64, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
