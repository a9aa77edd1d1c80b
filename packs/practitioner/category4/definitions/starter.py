"""Category 4: Definitions.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 4: Definitions"
FOLDER = Path(__file__).resolve().parent
LENGTH = 20
INPUT_SHAPE = (LENGTH,)


def load_lines(name):
    """The lines of vocabulary.txt or classes.txt; the number of a word or class is the number of its line, from 0."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def load_data():
    """Definitions as word numbers of shape (n, 20), and labels 0 or 1; classes.txt names the two."""
    numbers = {word: number for number, word in enumerate(load_lines("vocabulary.txt"))}
    rows = json.loads((FOLDER / "definitions.json").read_text(encoding="utf-8"))
    tokens = np.array([encode(row["text"], numbers) for row in rows], dtype="int32")
    return tokens, np.array([row["label"] for row in rows])


def encode(text, numbers):
    """The hidden definitions are encoded by this rule, too: keep it as it is."""
    found = [numbers.get(word, 1) for word in re.findall("[a-z0-9]+", text.lower())][:LENGTH]
    return found + [0] * (LENGTH - len(found))


def solution_model():
    """Returns the trained model."""
    tokens, labels = load_data()
    model = None
    print("Training on", tokens.shape, labels.shape)
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
