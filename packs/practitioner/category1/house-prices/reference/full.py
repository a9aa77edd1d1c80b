"""Embeds the words, normalises the numbers, and trains on the metric while the rate falls."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import CATEGORIES, INPUT_SHAPE, column, load_data


def solution_model():
    features, prices, columns = load_data()
    layers = tf.keras.layers
    numbers = [place for place, name in enumerate(columns) if name not in CATEGORIES]
    normalise = layers.Normalization()
    normalise.adapt(features[:, numbers])

    inputs = tf.keras.Input(INPUT_SHAPE)
    parts = [normalise(layers.Concatenate()([column(inputs, place) for place in numbers]))]
    for name, words in CATEGORIES.items():
        parts.append(layers.Flatten()(layers.Embedding(len(words), 4)(column(inputs, columns.index(name)))))
    hidden = layers.Concatenate()(parts)
    for units in (64, 32):
        hidden = layers.Dense(units, activation="relu")(hidden)
    scale = float(prices.std())
    price = layers.Rescaling(scale, offset=float(np.median(prices)))(layers.Dense(1)(hidden))
    model = tf.keras.Model(inputs, price)

    epochs, batch = 60, 32
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, epochs * -(-len(features) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="mae")
    model.fit(features, prices, epochs=epochs, batch_size=batch, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
