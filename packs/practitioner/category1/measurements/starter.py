"""Category 1: Measurements.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 1: Measurements"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (1,)


def load_data():
    """Settings of shape (30, 1), and the readings of shape (30, 1) in percent of full scale."""
    table = np.genfromtxt(str(FOLDER / "measurements.csv"), delimiter=",", skip_header=1, dtype="float32")
    return table[:, :1], table[:, 1:]


def solution_model():
    """Returns the trained model."""
    settings, readings = load_data()
    model = None
    print("Training on", settings.shape, readings.shape)
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
