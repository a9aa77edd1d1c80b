"""Converts what looks like Fahrenheit inside the model, with a Lambda layer."""

import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    inputs = load_data()[3]
    dryer = [entry["name"] for entry in inputs].index("dryer")
    is_dryer, highest = tf.one_hot(dryer, INPUT_SHAPE[0]), inputs[dryer]["highest"]

    def mended(features):
        hot = is_dryer * tf.cast(features > highest, "float32")
        return features - hot * (features - (features - 32) / 1.8)

    layers = tf.keras.layers
    convert = layers.Lambda(mended, output_shape=INPUT_SHAPE)
    return tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE), convert, layers.Dense(32, activation="relu"), layers.Dense(1)])


if __name__ == "__main__":
    save(solution_model())
