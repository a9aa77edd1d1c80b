"""Category 3: Diatoms.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 3: Diatoms"
FOLDER = Path(__file__).resolve().parent
INPUT_SHAPE = (48, 48, 1)
SIDE = 48  # pixels of a slide
BOXES = 36  # the model answers with so many, such as one for each cell of a grid of 6 by 6
CLASSES = (FOLDER / "classes.txt").read_text(encoding="utf-8").split()


def load_data():
    """Slides of shape (n, 48, 48, 1), from 0 to 1, and for each a list of its shells: (class number, box).

    A box is left, top, width and height in pixels, as annotations.json has it.
    """
    with np.load(str(FOLDER / "slides.npz")) as archive:
        slides = archive["slides"][..., None].astype("float32") / 255
    shells = [[] for _ in slides]
    for entry in json.loads((FOLDER / "annotations.json").read_text(encoding="utf-8")):
        shells[entry["slide"]].append((CLASSES.index(entry["species"]), entry["box"]))
    return slides, shells


def solution_model():
    """Returns the trained model."""
    slides, shells = load_data()
    model = None
    print("Training on", slides.shape, "with", sum(map(len, shells)), "shells of", CLASSES)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with an Input layer of INPUT_SHAPE.
    # It answers with BOXES rows of 4 + len(CLASSES) numbers: x_min, y_min, x_max, y_max from 0 to 1, then the scores.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs, not the
    # last. Losses are compared between runs, so keep the loss and the validation data the same, or delete checkpoint.npz.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
