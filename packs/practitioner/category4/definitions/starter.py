"""Category 4: Definitions.

Fill in solution_model(). Running this file trains the model and saves it beside this file, ready to submit.
The problem, the data and the bands of the score stand in instructions.en.md.
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

CATEGORY = "Category 4: Definitions"
FOLDER = Path(__file__).resolve().parent
CHECKPOINT = FOLDER / "checkpoint.weights.h5"
LENGTH = 20


def load_data():
    """Definitions as word numbers of shape (n, 20), and labels: 0 an artifact, 1 a person."""
    vocabulary = (FOLDER / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    numbers = {word: number for number, word in enumerate(vocabulary)}
    with (FOLDER / "definitions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tokens = np.array([encode(row["text"], numbers) for row in rows], dtype="int32")
    return tokens, np.array([int(row["label"]) for row in rows])


def encode(text, numbers):
    """The hidden definitions are encoded by this rule: unknown words are 1, the end is filled with 0. Keep it as it is."""
    found = [numbers.get(word, 1) for word in re.findall("[a-z0-9]+", text.lower())][:LENGTH]
    return found + [0] * (LENGTH - len(found))


def solution_model():
    """Returns the trained model."""
    tokens, labels = load_data()
    model = None
    print("Training on", tokens.shape, labels.shape)
    # ---------------------------------------------------------------------------------------------------------------
    # YOUR CODE: build, compile and train the model, and let `model` be it.
    #
    # In a long training, resume(model) before fitting goes on from the weights that were kept another day; checkpoint()
    # among the callbacks keeps the best ones on validation data; resume(model) after fitting takes those, not the last.
    # ---------------------------------------------------------------------------------------------------------------
    return model


def checkpoint():
    """Keeps the best weights while you train: model.fit(..., callbacks=[checkpoint()]) with validation data."""
    return tf.keras.callbacks.ModelCheckpoint(str(CHECKPOINT), monitor="val_loss", save_best_only=True, save_weights_only=True)


def resume(model):
    """Goes on from the weights that checkpoint() kept, if there are any; the model must have the same layers."""
    if CHECKPOINT.exists():
        model.load_weights(str(CHECKPOINT))


def save(model):
    """Saves the model beside this file: mymodel.keras, or mymodel.h5 where TensorFlow is older than 2.12."""
    version = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if version < (2, 4):
        print("TensorFlow", tf.__version__, "is older than this exam was tried with. Use 2.4 or later if anything fails.")
    file = FOLDER / ("mymodel.keras" if version >= (2, 12) else "mymodel.h5")
    model.save(str(file))
    print("Saved", file.name)


if __name__ == "__main__":
    print(CATEGORY)
    trained = solution_model()
    if trained is None:
        sys.exit("solution_model() returns no model yet: build and train one where this file says YOUR CODE.")
    save(trained)
