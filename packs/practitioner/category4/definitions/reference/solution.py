"""Category 4: Definitions: a solution that earns the full score."""

import csv
import os
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

CATEGORY = "Category 4: Definitions"
FOLDER = Path(os.environ.get("GUILDMARK_CATEGORY_DIR") or Path(__file__).parent).resolve()
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
    tf.keras.utils.set_random_seed(20)
    tokens, labels = load_data()
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(int(tokens.max()) + 1, 48),
            layers.SpatialDropout1D(0.3),
            layers.Conv1D(64, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dropout(0.4),
            layers.Dense(32, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(tokens, labels, epochs=8, batch_size=64, verbose=2)
    return model


if __name__ == "__main__":
    print(CATEGORY)
    solution_model().save(str(FOLDER / "mymodel.keras"))
    print("Saved mymodel.keras")
