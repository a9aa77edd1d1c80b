"""Category 5: Air quality.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in the instructions.
"""

import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 5: Air quality"
FOLDER = Path(__file__).resolve().parent
PAST, FUTURE = 24, 12
INPUT_SHAPE = (PAST, 6)


def load_data():
    """Scaled windows that miss no value: 24 hours of six series (n, 24, 6), the next 12 of the four to forecast (n, 12, 4)."""
    scaling = json.loads((FOLDER / "scaling.json").read_text())
    with (FOLDER / "air.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    hours = np.array([[float(cell or "nan") for cell in row[1:]] for row in rows])
    hours = ((hours - scaling["mean"]) / scaling["deviation"]).astype("float32")
    starts = range(len(hours) - PAST - FUTURE + 1)
    windows = np.stack([hours[start : start + PAST + FUTURE] for start in starts])
    windows = windows[~np.isnan(windows).any(axis=(1, 2))]
    forecast = [scaling["columns"].index(name) for name in scaling["forecast"]]
    return windows[:, :PAST], windows[:, PAST:, forecast]


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
