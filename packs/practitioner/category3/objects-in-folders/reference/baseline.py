"""One dense layer on small images: right, and not good."""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()


def solution_model():
    tf.keras.utils.set_random_seed(20)
    classes = (FOLDER / "classes.txt").read_text().split()
    paths = [(number, path) for number, name in enumerate(classes) for path in sorted((FOLDER / "train" / name).glob("*.jpg"))]
    images = np.stack([load(path) for _number, path in paths])
    labels = np.array([number for number, _path in paths])
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((80, 80, 3)),
            layers.AveragePooling2D(8),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(images, labels, epochs=60, batch_size=32, verbose=2)
    return model


def load(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((80, 80), Image.Resampling.BILINEAR), dtype="float32") / 255


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
