"""A parabola by least squares: it bends, but not as the law does."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data


def solution_model():
    settings, readings = load_data()
    centre, width = float(settings.mean()), float(settings.std())
    square, slope, start = np.polyfit((settings[:, 0] - centre) / width, readings[:, 0], 2)

    layers = tf.keras.layers
    setting = tf.keras.Input(INPUT_SHAPE)
    scaled = layers.Rescaling(1 / width, offset=-centre / width)(setting)
    parabola = layers.Dense(1)
    model = tf.keras.Model(setting, parabola(layers.Concatenate()([scaled, layers.Multiply()([scaled, scaled])])))
    parabola.set_weights([np.array([[slope], [square]]), np.array([start])])
    return model


if __name__ == "__main__":
    save(solution_model())
