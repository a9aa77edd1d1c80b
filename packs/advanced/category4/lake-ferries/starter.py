"""Category 4: Lake ferries.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in the instructions.
"""

import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 4: Lake ferries"
FOLDER = Path(__file__).resolve().parent
PAST, AHEAD = 48, 12
LEVELS = (0.1, 0.5, 0.9)


def load_stages():
    """For each stage an array (hours, 4): passengers in usual hours of the stage, wind, sailings, groups."""
    usual = json.loads((FOLDER / "scaling.json").read_text(encoding="utf-8"))["usual"]
    stages = {name: [] for name in usual}
    with (FOLDER / "stages.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            passengers = float(row["passengers"]) / usual[row["stage"]]
            stages[row["stage"]].append([passengers, row["wind"], row["sailings"], row["groups"]])
    return {name: np.array(rows, "float32") for name, rows in stages.items()}


def load_data(every=2):
    """Windows that begin every so many hours: past (n, 48, 4), ahead (n, 12, 2) and the passengers to forecast, (n, 12)."""
    windows = []
    for hours in load_stages().values():
        starts = np.arange(0, len(hours) - PAST - AHEAD + 1, every)
        windows.append(hours[starts[:, None] + np.arange(PAST + AHEAD)])
    windows = np.concatenate(windows)
    return windows[:, :PAST], windows[:, PAST:, 2:], windows[:, PAST:, 0]


def solution_model():
    """Returns the trained model."""
    past, ahead, passengers = load_data()
    model = None
    print("Training on", past.shape, ahead.shape, passengers.shape)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. It has two
    # Input layers, named past, of the shape (PAST, 4), and ahead, of the shape (AHEAD, 2). It answers with (AHEAD, 3): for
    # each hour the quantiles at LEVELS. Keras has no loss for them: write it yourself.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs, not the
    # last. Losses are compared between runs, so keep the loss and the validation data the same, or delete checkpoint.npz.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
