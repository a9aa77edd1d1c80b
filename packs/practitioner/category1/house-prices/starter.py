"""Category 1: House prices.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import csv
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 1: House prices"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (12,)
CATEGORIES = json.loads((FOLDER / "categories.json").read_text())


def encode(row):
    """The twelve numbers of a row of houses.csv: a word becomes its place in categories.json, from 0."""
    columns = [name for name in row if name != "Price"]
    return [CATEGORIES[name].index(row[name]) if name in CATEGORIES else float(row[name]) for name in columns]


def load_data():
    """Features of shape (n, 12) in the order of the file, prices of shape (n, 1) in thousands of dollars, and the columns."""
    with (FOLDER / "houses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    features = np.array([encode(row) for row in rows], dtype="float32")
    prices = np.array([[float(row["Price"])] for row in rows], dtype="float32")
    return features, prices, [name for name in rows[0] if name != "Price"]


def column(inputs, place):
    """One column of the model's input, of shape (None, 1), cut out with built-in layers.

    The number of a word has no size; an embedding gives every word numbers of its own, to be joined with others by Concatenate:

        style = column(inputs, columns.index("House_Style"))
        style = tf.keras.layers.Flatten()(tf.keras.layers.Embedding(len(CATEGORIES["House_Style"]), 3)(style))
    """
    layers = tf.keras.layers
    after = INPUT_SHAPE[0] - place - 1
    return layers.Flatten()(layers.Cropping1D((place, after))(layers.Reshape((*INPUT_SHAPE, 1))(inputs)))


def solution_model():
    """Returns the trained model."""
    features, prices, columns = load_data()
    model = None
    print("Training on", features.shape, prices.shape, columns)
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
