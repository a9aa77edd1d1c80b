"""Category 4: Requests.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf
from checkpoints import checkpoint, resume, save

CATEGORY = "Category 4: Requests"
FOLDER = Path(__file__).resolve().parent
LENGTH = 24
INPUT_SHAPE = (LENGTH,)


def load_lines(name):
    """The lines of a file. In vocabulary.txt and classes.txt, the number of a word or class is that of its line, from 0."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def load_data():
    """Requests as texts of shape (n,) and as word numbers of shape (n, 24), and the number of each one's desk."""
    numbers = {word: number for number, word in enumerate(load_lines("vocabulary.txt"))}
    classes = load_lines("classes.txt")
    rows = [json.loads(line) for line in load_lines("requests.jsonl")]
    texts = tf.constant([row["text"] for row in rows])
    tokens = np.array([encode(row["text"], numbers) for row in rows], dtype="int32")
    return texts, tokens, np.array([classes.index(row["desk"]) for row in rows])


def encode(text, numbers):
    """The hidden requests are encoded by this rule, too: keep it as it is."""
    found = [numbers.get(word, 1) for word in re.findall("[a-z0-9]+", text.lower())][:LENGTH]
    return found + [0] * (LENGTH - len(found))


def solution_model():
    """Returns the trained model."""
    texts, tokens, labels = load_data()
    model = None
    print("Training on", texts.shape, "or", tokens.shape, "and", labels.shape)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it. Begin it with one of these:
    #     tf.keras.Input((), dtype="string")             if the model takes texts
    #     tf.keras.Input(INPUT_SHAPE, dtype="int32")     if the model takes word numbers
    #
    # A long training can go on another day: call resume(model) before fitting; fit with validation data and with
    # callbacks=[checkpoint()]; call resume(model) again after fitting, and it has the best weights of all runs.
    # ---------------------------------------------------------------------------------------------------------------
    return model


if __name__ == "__main__":
    print(CATEGORY)
    save(solution_model())
