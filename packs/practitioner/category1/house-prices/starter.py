"""Category 1: House prices.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

CATEGORY = "Category 1: House prices"
FOLDER = Path(__file__).resolve().parent
CHECKPOINT = FOLDER / "checkpoint.weights.h5"


def load_data():
    """Features of shape (n, 9) in the order of the file, and prices of shape (n, 1) in thousands of dollars."""
    table = np.genfromtxt(str(FOLDER / "houses.csv"), delimiter=",", skip_header=1, dtype="float32")
    return table[:, :-1], table[:, -1:]


def solution_model():
    """Returns the trained model."""
    features, prices = load_data()
    model = None
    print("Training on", features.shape, prices.shape)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it.
    #
    # In a long training, resume(model) before fitting goes on from the weights that were kept another day; checkpoint()
    # among the callbacks keeps the best ones on validation data; resume(model) after fitting takes those, not the last.
    # ---------------------------------------------------------------------------------------------------------------
    return model


def checkpoint():
    """Keeps the best weights while you train: model.fit(..., callbacks=[checkpoint()]) with validation data."""
    return tf.keras.callbacks.ModelCheckpoint(str(CHECKPOINT), monitor="val_loss", save_best_only=True, save_weights_only=True)


def resume(model):
    """Goes on from the weights that checkpoint() kept, if there are any; the model must have the same layers."""
    if CHECKPOINT.exists():
        model.load_weights(str(CHECKPOINT))


def save(model):
    """Saves the model beside this file: mymodel.keras, or mymodel.h5 where TensorFlow is older than 2.12."""
    version = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if version < (2, 4):
        print("TensorFlow", tf.__version__, "is older than this exam was tried with. Use 2.4 or later if anything fails.")
    file = FOLDER / ("mymodel.keras" if version >= (2, 12) else "mymodel.h5")
    model.save(str(file))
    print("Saved", file.name)


if __name__ == "__main__":
    print(CATEGORY)
    trained = solution_model()
    if trained is None:
        sys.exit("solution_model() returns no model yet: build and train one where this file says YOUR CODE.")
    save(trained)
