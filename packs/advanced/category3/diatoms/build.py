"""Data of the form: slides with the shells of diatoms, drawn from the seed alone. No file holds them.

A variant draws four of six species, which number stands for which, and their proportions. The places of the four in the list of
species sum to a multiple of six. So two variants that differ at all differ in the meaning of at least two numbers, and a model
of one finds on the other at most the half of the objects.
"""

import json

import numpy as np
from diatoms import SIDE, SPECIES, photographed, scattered, species

GIVEN, HIDDEN = 1600, 600  # slides
CLASSES = 4
MOST = 4  # shells on a slide


def build(rng, sources, public, hidden):
    chosen = drawn_classes(rng)
    kinds = [species(SPECIES[place], rng) for place in chosen]
    names = [SPECIES[place] for place in chosen]
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


def drawn_classes(rng):
    """Places in SPECIES, by the number of the class."""
    while True:
        chosen = rng.choice(len(SPECIES), CLASSES, replace=False)
        if chosen.sum() % len(SPECIES) == 0:
            return [int(place) for place in chosen]


def drawn_slides(rng, kinds, count):
    """Slides, each with its shells: as many of each number of shells, and as many shells of each species."""
    sizes = rng.permutation(np.arange(count) % MOST + 1)
    numbers = rng.permutation(np.arange(sizes.sum()) % CLASSES)
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
