"""Category 5: Household power.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

CATEGORY = "Category 5: Household power"
FOLDER = Path(__file__).resolve().parent
CHECKPOINT = FOLDER / "checkpoint.weights.h5"
PAST, FUTURE = 24, 24


def load_data():
    """Windows of 24 hours and of the 24 after them, both scaled and of shape (n, 24, 7); without windows that miss a value."""
    scaling = json.loads((FOLDER / "scaling.json").read_text())
    with (FOLDER / "power.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    hours = np.array([[float(cell or "nan") for cell in row[1:]] for row in rows])
    hours = ((hours - scaling["mean"]) / scaling["deviation"]).astype("float32")
    starts = range(len(hours) - PAST - FUTURE + 1)
    windows = np.stack([hours[start : start + PAST + FUTURE] for start in starts])
    windows = windows[~np.isnan(windows).any(axis=(1, 2))]
    return windows[:, :PAST], windows[:, PAST:]


def solution_model():
    """Returns the trained model."""
    past, future = load_data()
    model = None
    print("Training on", past.shape, future.shape)
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
