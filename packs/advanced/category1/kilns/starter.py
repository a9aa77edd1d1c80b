"""Category 1: Kilns.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 1: Kilns"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (8,)


def load_json(name):
    """What stands in a file of JSON."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def load_data():
    """The files as they are: the rows of firings.csv (dicts of text), kilns, laboratories, and the inputs of the model."""
    with (FOLDER / "firings.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    kilns, laboratories = load_json("kilns.json")["kilns"], load_json("laboratories.json")["laboratories"]
    return rows, kilns, laboratories, load_json("inputs.json")["inputs"]


def solution_model():
    """Returns the trained model."""
    rows, kilns, laboratories, inputs = load_data()
    model = None
    print("Read", len(rows), "rows,", len(kilns), "kilns and", len(laboratories), "laboratories")
    print("The model takes", [entry["name"] for entry in inputs])
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: clean and join the data; build, compile and train the model, and let `model` be it. Begin it with an
    # Input layer of INPUT_SHAPE.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs, not the
    # last. Losses are compared between runs, so keep the loss and the validation data the same, or delete checkpoint.npz.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
