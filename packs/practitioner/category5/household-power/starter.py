"""Category 5: Household power.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in the instructions.
"""

import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 5: Household power"
FOLDER = Path(__file__).resolve().parent
PAST, FUTURE = 24, 24
INPUT_SHAPE = (PAST, 7)


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
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with an Input layer of INPUT_SHAPE.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs, not the
    # last. Losses are compared between runs, so keep the loss and the validation data the same, or delete checkpoint.npz.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
