"""Category 3: Objects in folders: a solution that earns the full score."""

import os
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

try:
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
except ImportError:  # where Keras has moved it
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

CATEGORY = "Category 3: Objects in folders"
FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()
SIDE = 80


def load_data(objects="all", **augmentation):
    """A generator of images of shape (80, 80, 3) from 0 to 1, with one-hot labels in the order of classes.txt.

    `objects` is "train", "validation" or "all". For validation every fifth object of a class is held out, with all its
    views. Arguments of ImageDataGenerator augment the images: load_data("train", horizontal_flip=True).
    """
    if objects not in ("train", "validation", "all"):
        raise ValueError('objects is "train", "validation" or "all"')
    if "validation_split" in augmentation:
        raise ValueError('validation_split would part views of one object: use load_data("train") and load_data("validation")')
    classes = (FOLDER / "classes.txt").read_text().split()
    folders = ImageDataGenerator().flow_from_directory(
        str(FOLDER / "train"),
        target_size=(SIDE, SIDE),
        interpolation="bilinear",
        classes=classes,
        class_mode="categorical",
        batch_size=32,
        shuffle=False,
    )
    batches = [folders[i] for i in range(len(folders))]
    images, labels = (np.concatenate([batch[part] for batch in batches]) for part in (0, 1))
    held_out = np.array([int(re.search("object([0-9]+)-", name).group(1)) % 5 == 0 for name in folders.filenames])
    chosen = {"train": ~held_out, "validation": held_out, "all": held_out | True}[objects]
    augmented = ImageDataGenerator(rescale=1 / 255, **augmentation)
    return augmented.flow(images[chosen], labels[chosen], batch_size=32, shuffle=objects != "validation")


def solution_model():
    tf.keras.utils.set_random_seed(20)
    images = load_data()
    batches = [images[i] for i in range(len(images))]
    pictures, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((SIDE, SIDE, 3)),
            # Few objects have few colours: with any hue, the network has to learn their shapes.
            layers.RandomHue(1.0, value_range=(0, 1)),
            layers.RandomFlip("horizontal"),
            layers.RandomTranslation(0.1, 0.1),
            layers.RandomZoom((-0.2, 0.2)),
            layers.RandomBrightness(0.2, value_range=(0, 1)),
            layers.RandomContrast(0.2),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    epochs, batch = 28, 32
    rate = tf.keras.optimizers.schedules.CosineDecay(1e-3, epochs * -(-len(pictures) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(pictures, labels, epochs=epochs, batch_size=batch, verbose=2)
    return model


if __name__ == "__main__":
    print(CATEGORY)
    solution_model().save(str(FOLDER / "mymodel.keras"))
    print("Saved mymodel.keras")
