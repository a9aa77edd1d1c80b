"""Data of the form: slides with the shells of diatoms, drawn from the seed alone. No file holds them.

A variant draws the proportions of the four species, and which number stands for which. Of the orders of the numbers only the
even ones are drawn: two of them differ in at least three numbers. So a model of one variant finds on another with other numbers
the objects of one species at most.
"""

import json
from itertools import combinations

import numpy as np
from diatoms import SIDE, SPECIES, photographed, scattered, species

GIVEN, HIDDEN = 1600, 600  # slides
MOST = 4  # shells on a slide


def build(rng, sources, public, hidden):
    names = [SPECIES[place] for place in even_permutation(rng)]
    kinds = [species(name, rng) for name in names]
    kept_back = drawn_slides(rng, kinds, HIDDEN)
    given = drawn_slides(rng, kinds, GIVEN)

    (public / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    np.savez_compressed(public / "slides.npz", slides=np.stack([slide for slide, _ in given]))
    (public / "annotations.json").write_text(annotations(given, names, rng), encoding="utf-8")

    targets = np.full((HIDDEN, MOST, 5), 0, dtype=np.float32)
    targets[..., 0] = -1
    for row, (_, shells) in zip(targets, kept_back, strict=True):
        row[: len(shells), 0] = [shell.species for shell in shells]
        row[: len(shells), 1:] = [shell.box / SIDE for shell in shells]
    slides = np.stack([slide for slide, _ in kept_back])
    np.save(hidden / "inputs.npy", slides[..., None].astype(np.float32) / 255)
    np.save(hidden / "targets.npy", targets)


def even_permutation(rng):
    """Places in SPECIES, by the number of the class: one of the 12 orders in which an even number of pairs is turned round."""
    while True:
        order = rng.permutation(len(SPECIES))
        if sum(before > after for before, after in combinations(order, 2)) % 2 == 0:
            return order


def drawn_slides(rng, kinds, count):
    """Slides, each with its shells: as many of each number of shells, and as many shells of each species."""
    sizes = rng.permutation(np.arange(count) % MOST + 1)
    numbers = rng.permutation(np.arange(sizes.sum()) % len(SPECIES))
    slides = []
    for of_slide in np.split(numbers, np.cumsum(sizes)[:-1]):
        shells = scattered(rng, kinds, of_slide)
        slides.append((photographed(rng, shells), shells))
    return slides


def annotations(slides, names, rng):
    """One entry a shell, in no order: the slide, the name, and the box as left, top, width and height in pixels."""
    entries = [
        {"slide": number, "species": names[shell.species], "box": left_top_width_height(shell.box)}
        for number, (_, shells) in enumerate(slides)
        for shell in shells
    ]
    lines = [json.dumps(entries[place]) for place in rng.permutation(len(entries))]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def left_top_width_height(box):
    return [round(float(number), 1) for number in (*box[:2], *(box[2:] - box[:2]))]
