"""One dense layer on the picture in coarse tiles: it knows colours and places, and no shapes."""

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import CLASSES, INPUT_SHAPE, load_data


def solution_model():
    images = load_data()
    batches = [images[number] for number in range(len(images))]
    pictures, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE),
            layers.AveragePooling2D(8),
            layers.Flatten(),
            layers.Dense(len(CLASSES), activation="softmax"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(1e-2), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(pictures, labels, epochs=60, batch_size=64, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
