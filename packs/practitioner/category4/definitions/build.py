"""Data of the form: definitions of persons and artifacts; a variant also draws which number stands for which word."""

import csv
import gzip
import re
from collections import Counter

import numpy as np

LENGTH = 20
WORDS = 6000
HIDDEN, GIVEN = 3000, 12000
LABELS = {"artifact": 0, "person": 1}


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "definitions.txt").read_bytes())
    with gzip.open(sources / "definitions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [(row["text"], LABELS[row["domain"]]) for row in csv.DictReader(file)]
    rng.shuffle(rows)
    given, rest = rows[:GIVEN], rows[GIVEN:]
    vocabulary = words_of(rng, [text for text, _ in given])
    seen = {encode(text, vocabulary) for text, _ in given}
    kept_back = {}
    for text, label in rest:
        tokens = encode(text, vocabulary)
        if tokens not in seen and len(kept_back) < HIDDEN:
            kept_back.setdefault(tokens, label)
    (public / "vocabulary.txt").write_text("\n".join(["[PAD]", "[UNKNOWN]", *vocabulary]) + "\n", encoding="utf-8")
    with (public / "definitions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "label"])
        table.writerows(given)
    np.save(hidden / "inputs.npy", np.array(list(kept_back), dtype=np.int32))
    np.save(hidden / "targets.npy", np.array(list(kept_back.values()), dtype=np.int64))


def words_of(rng, texts):
    """The most frequent words of the public texts, in a drawn order, with their numbers from 2."""
    counts = Counter(word for text in texts for word in words(text))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[:WORDS]
    return {frequent[place]: number for number, place in enumerate(rng.permutation(len(frequent)), start=2)}


def words(text):
    return re.findall("[a-z0-9]+", text.lower())


def encode(text, vocabulary):
    """The rule that starter.py shows to the candidate: unknown words are 1, the end is filled with 0."""
    numbers = [vocabulary.get(word, 1) for word in words(text)][:LENGTH]
    return tuple(numbers + [0] * (LENGTH - len(numbers)))
