"""Category 2: Council minutes.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in the instructions.
"""

import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 2: Council minutes"
FOLDER = Path(__file__).resolve().parent
LENGTH = 64
MATTERS = (FOLDER / "classes.txt").read_text(encoding="utf-8").split()
VOCABULARY = (FOLDER / "vocabulary.txt").read_text(encoding="utf-8").split()
NUMBERS = {word: number for number, word in enumerate(VOCABULARY, start=1)}


def encoded(text):
    """The numbers of the words and full stops of `text`, filled up with 0."""
    numbers = [NUMBERS[word] for word in re.findall(r"[a-z]+|\.", text.lower())]
    return numbers + [0] * (LENGTH - len(numbers))


def load_data():
    """Minutes of shape (n, 64), and for each matter a 1 if the chair speaks for it and else a 0, (n, 8)."""
    with (FOLDER / "minutes.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    minutes = np.array([encoded(row["text"]) for row in rows], "int32")
    return minutes, np.array([[matter in row["matters"] for matter in MATTERS] for row in rows], "float32")


def solution_model():
    """Returns the trained model."""
    minutes, backed = load_data()
    model = None
    print("Training on", minutes.shape, backed.shape, "with words up to", len(VOCABULARY))
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with
    # an Input layer of the shape (LENGTH,) and the dtype int32, let Attention or MultiHeadAttention bring together what
    # stands far apart, and end in 8 sigmoids. Layers of your own are not accepted; the instructions say how those of
    # Keras learn positions.
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs, not the
    # last. Losses are compared between runs, so keep the loss and the validation data the same, or delete checkpoint.npz.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
