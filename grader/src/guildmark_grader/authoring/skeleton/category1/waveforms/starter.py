"""Category 1: Waveforms.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

from pathlib import Path

import numpy as np
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 1: Waveforms"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (64, 1)


def load_data():
    """Signals of shape (n, 64, 1), and labels of shape (n,): a label is a line of classes.txt, and the first line is 0."""
    with np.load(str(FOLDER / "signals.npz")) as archive:
        return archive["signals"], archive["labels"]


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
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
