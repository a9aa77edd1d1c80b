"""Category 3: Objects in folders.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import re
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

try:
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
except ImportError:  # where Keras has moved it
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

CATEGORY = "Category 3: Objects in folders"
FOLDER = Path(__file__).resolve().parent
CLASSES = (FOLDER / "classes.txt").read_text().split()
SIDE = 64
INPUT_SHAPE = (SIDE, SIDE, 3)


def load_data(objects="all", **augmentation):
    """A generator of images of shape (64, 64, 3) from 0 to 1 with the number of their class in classes.txt.

    `objects` is "train", "validation" or "all". For validation every fifth object of a class is held out, with all its
    views. Arguments of ImageDataGenerator augment the images: load_data("train", horizontal_flip=True).
    """
    folders = ImageDataGenerator().flow_from_directory(
        str(FOLDER / "train"),
        target_size=(SIDE, SIDE),
        interpolation="bilinear",
        classes=CLASSES,
        class_mode="sparse",
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
    """Returns the trained model."""
    images, validation = load_data("train"), load_data("validation")
    model = None
    print("Training on", images.n, "images, validating on", validation.n, "of other objects")
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with an Input layer of INPUT_SHAPE.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
