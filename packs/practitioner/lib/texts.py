"""Texts as numbers: the rule that the starters show, the vocabulary of a task, and rows kept back that nobody has seen."""

import csv
import gzip
import re
from collections import Counter
from dataclasses import dataclass

FIRST_NUMBER = 2
"""0 fills the end of a row, 1 is a word that the vocabulary lacks."""


@dataclass(frozen=True)
class Sizes:
    """Rows of each class to give and to keep back, words that get a number, and the words of a row."""

    given: int
    hidden: int
    vocabulary: int
    length: int


def definitions(sources, domains):
    """The dictionary definitions of each of `domains`, in the order of the file."""
    texts = {domain: [] for domain in domains}
    with gzip.open(sources / "definitions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["domain"] in texts:
                texts[row["domain"]].append(row["text"])
    return texts


def words(text):
    return re.findall("[a-z0-9]+", text.lower())


def encode(text, vocabulary, length):
    """The numbers of the first `length` words."""
    numbers = [vocabulary.get(word, 1) for word in words(text)][:length]
    return tuple(numbers + [0] * (length - len(numbers)))


def vocabulary_of(rng, texts, size):
    """The `size` most frequent words of `texts`, in a drawn order, with their numbers."""
    counts = Counter(word for text in texts for word in words(text))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[:size]
    order = rng.permutation(len(frequent))
    return {frequent[place]: number for number, place in enumerate(order, start=FIRST_NUMBER)}


def write_vocabulary(vocabulary, path):
    """One word a line: the line, counted from 0, is the number."""
    path.write_text("\n".join(["[PAD]", "[UNKNOWN]", *vocabulary]) + "\n", encoding="utf-8")


def divided(rng, texts, sizes):
    """Divides `texts`, lists by class, into rows to give and rows to keep back.

    Returns the vocabulary of the given rows, these as (text, class), and those kept back as (text, numbers, class). What has
    the same numbers as another row, given or kept back, is not kept back.
    """
    drawn = {name: [found[place] for place in rng.permutation(len(found))] for name, found in texts.items()}
    shown = [(text, name) for name, found in drawn.items() for text in found[: sizes.given]]
    vocabulary = vocabulary_of(rng, [text for text, _ in shown], sizes.vocabulary)
    seen = {encode(text, vocabulary, sizes.length) for text, _ in shown}
    kept = []
    for name, found in drawn.items():
        rows = []
        for text in found[sizes.given :]:
            numbers = encode(text, vocabulary, sizes.length)
            if numbers not in seen and len(rows) < sizes.hidden:
                seen.add(numbers)
                rows.append((text, numbers, name))
        if len(rows) < sizes.hidden:
            raise ValueError(f"only {len(rows)} rows of {name} are left to keep back")
        kept += rows
    return vocabulary, _shuffled(rng, shown), _shuffled(rng, kept)


def _shuffled(rng, rows):
    return [rows[place] for place in rng.permutation(len(rows))]
