"""Category 5: Sunspots.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in the instructions.
"""

import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 5: Sunspots"
FOLDER = Path(__file__).resolve().parent
PAST, FUTURE = 132, 24
INPUT_SHAPE = (PAST, 1)


def load_data():
    """The sunspot numbers of all 1,900 months, scaled, in order of time: shape (1900,). Windows you make of them yourself."""
    scaling = json.loads((FOLDER / "scaling.json").read_text())
    with (FOLDER / "sunspots.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    numbers = np.array([float(row[1]) for row in rows])
    return ((numbers - scaling["mean"][0]) / scaling["deviation"][0]).astype("float32")


def solution_model():
    """Returns the trained model."""
    months = load_data()
    model = None
    print("Training on", months.shape)
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
