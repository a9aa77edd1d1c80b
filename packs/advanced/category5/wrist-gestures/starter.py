"""Category 5: Gestures on the wrist.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md. speed.py tells size and time of a saved model.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 5: Gestures on the wrist"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (96, 6)
CLASSES = 6


def load_data():
    """Signals of shape (n, 96, 6), in units of the sensor, and the number of each one's gesture, 0 to 5."""
    with np.load(str(FOLDER / "train.npz")) as archive:
        signals, labels = archive["signals"], archive["labels"]
    return signals.astype("float32") / 1000, labels.astype("int32")


def solution_model():
    """Returns the trained model."""
    signals, labels = load_data()
    model = None
    print("Training on", signals.shape, labels.shape)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with an Input layer of INPUT_SHAPE.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs.
    #
    # A model that was compiled is saved together with its optimizer. tf.keras.Sequential(model.layers) has the same
    # layers without it, and its file is a third as large.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
