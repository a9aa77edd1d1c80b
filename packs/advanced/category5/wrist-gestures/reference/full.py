"""Three convolutions that shrink the signal early; their normalization helps to train and is folded away afterwards."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE, load_data

layers = tf.keras.layers
BLOCKS = ((24, 7, 3), (32, 7, 2), (40, 5, 2))
"""Filters, width and stride of each convolution."""


def for_training():
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE)])
    for filters, width, stride in BLOCKS:
        model.add(layers.Conv1D(filters, width, strides=stride, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(CLASSES))
    return model


def varied(signals, generator):
    """Each signal somewhat earlier or later, and weaker or stronger."""
    later = generator.integers(-8, 9, (len(signals), 1, 1))
    places = (np.arange(INPUT_SHAPE[0])[None, :, None] - later) % INPUT_SHAPE[0]
    strengths = generator.uniform(0.85, 1.15, (len(signals), 1, 1)).astype("float32")
    return np.take_along_axis(signals, places, axis=1) * strengths


def folded(model):
    """The same function with fewer layers: what a normalization multiplies and adds goes into the convolution before it."""
    small = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE)])
    for filters, width, stride in BLOCKS:
        small.add(layers.Conv1D(filters, width, strides=stride, padding="same", activation="relu"))
    small.add(layers.Flatten())
    small.add(layers.Dense(CLASSES))
    weights = []
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv1D)]
    normalizations = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for convolution, normalization in zip(convolutions, normalizations, strict=True):
        gamma, beta, mean, variance = normalization.get_weights()
        scale = gamma / np.sqrt(variance + normalization.epsilon)
        weights += [convolution.get_weights()[0] * scale, beta - mean * scale]
    small.set_weights(weights + model.layers[-1].get_weights())
    return small


def solution_model():
    signals, labels = load_data()
    model = for_training()
    epochs, batch = 24, 64
    rate = tf.keras.optimizers.schedules.CosineDecay(4e-3, epochs * -(-len(signals) // batch))
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    generator = np.random.default_rng(20)
    for _ in range(epochs):
        model.fit(varied(signals, generator), labels, batch_size=batch, verbose=2)
    return folded(model)


if __name__ == "__main__":
    save(solution_model())
