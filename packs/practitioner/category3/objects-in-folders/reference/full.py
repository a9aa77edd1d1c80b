"""Four convolutions with pooling, on every image in many colours: few objects have few colours, and shapes are to be learnt."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE, load_data

COPIES = 5


def solution_model():
    images = load_data()
    batches = [images[number] for number in range(len(images))]
    pictures, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    rng = np.random.default_rng(20)
    pictures = np.concatenate([pictures, *(changed(pictures, rng) for _ in range(COPIES - 1))])
    labels = np.tile(labels, COPIES)
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input(INPUT_SHAPE)])
    for filters in (16, 32, 64, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    for layer in (layers.Flatten(), layers.Dropout(0.5), layers.Dense(64, activation="relu")):
        model.add(layer)
    model.add(layers.Dense(len(CLASSES), activation="softmax"))
    epochs, batch = 6, 32
    rate = tf.keras.optimizers.schedules.CosineDecay(1e-3, epochs * -(-len(pictures) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(pictures, labels, epochs=epochs, batch_size=batch, verbose=2)
    return model


def changed(pictures, rng):
    """The pictures with red, green and blue exchanged, lighter or darker, half of them mirrored."""
    colours = rng.permuted(np.tile(np.arange(3), (len(pictures), 1)), axis=1)
    altered = np.take_along_axis(pictures, colours[:, None, None, :], axis=3)
    mirrored = rng.random(len(altered)) < 1 / 2
    altered[mirrored] = altered[mirrored, :, ::-1]
    contrast, light = rng.uniform(0.7, 1.3, (len(altered), 1, 1, 1)), rng.uniform(-0.15, 0.15, (len(altered), 1, 1, 3))
    return (altered * contrast + light).clip(0, 1).astype("float32")


if __name__ == "__main__":
    save(solution_model())
