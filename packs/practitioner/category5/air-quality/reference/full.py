"""Forecasts how far each series moves from its last value: dense layers on the whole day, added to the persistence."""

import json

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import FOLDER, FUTURE, INPUT_SHAPE, PAST, load_data


def series_to_forecast():
    """(6, 4): picks the four series to forecast out of the six."""
    scaling = json.loads((FOLDER / "scaling.json").read_text())
    return np.eye(6)[:, [scaling["columns"].index(name) for name in scaling["forecast"]]]


def solution_model():
    past, future = load_data()
    layers = tf.keras.layers
    inputs = tf.keras.Input(INPUT_SHAPE)
    picked = layers.Dense(4, use_bias=False, trainable=False)
    persistence = layers.UpSampling1D(FUTURE)(picked(layers.Cropping1D((PAST - 1, 0))(inputs)))
    picked.set_weights([series_to_forecast()])
    hidden = layers.Dense(256, activation="relu")(layers.Flatten()(inputs))
    hidden = layers.Dense(256, activation="relu")(layers.Dropout(0.2)(hidden))
    change = layers.Reshape((FUTURE, 4))(layers.Dense(FUTURE * 4)(hidden))
    model = tf.keras.Model(inputs, layers.Add()([persistence, change]))
    epochs, batch = 8, 128
    rate = tf.keras.optimizers.schedules.CosineDecay(1e-3, epochs * -(-len(past) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="mae")
    model.fit(past, future, epochs=epochs, batch_size=batch, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
