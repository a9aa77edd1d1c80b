"""Category 3: Figures.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

from pathlib import Path

import tensorflow as tf
from checkpoints import checkpoint, resume, save

try:
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
except ImportError:  # where Keras has moved it
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

CATEGORY = "Category 3: Figures"
FOLDER = Path(__file__).resolve().parent
CLASSES = (FOLDER / "classes.txt").read_text().split()
SIDE = 64
INPUT_SHAPE = (SIDE, SIDE, 3)


def load_data(subset=None, **augmentation):
    """A generator of images of shape (64, 64, 3) from 0 to 1 with the number of their class in classes.txt.

    `subset` is "training" (four fifths of the images), "validation" (the rest) or None (all). Arguments of ImageDataGenerator
    augment the images: load_data("training", zoom_range=0.1).
    """
    images = ImageDataGenerator(rescale=1 / 255, validation_split=0.2, **augmentation)
    return images.flow_from_directory(
        str(FOLDER / "train"),
        target_size=(SIDE, SIDE),
        interpolation="bilinear",
        classes=CLASSES,
        class_mode="sparse",
        batch_size=32,
        subset=subset,
        shuffle=subset != "validation",
    )


def solution_model():
    """Returns the trained model."""
    images, validation = load_data("training"), load_data("validation")
    model = None
    print("Training on", images.n, "images, validating on", validation.n)
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
