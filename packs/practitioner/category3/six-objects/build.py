"""Data of the form: renderings of six kinds of objects in class folders, and a network that was trained on other pictures.

The hidden images show objects that no public image shows. A variant draws which objects these are, so that all variants are
about equally hard: the objects of a class are sorted by the loss that a head on the same network had on them when it had not
seen them (`objects.csv`), and of each three neighbours one is kept back. Drawn are also the order of the classes, the numbers
that files carry, and how each hidden image is cropped, lit and mirrored.
"""

import csv

import numpy as np
from objects import as_fed, copy_views, views_of

SIDE = 128
GIVEN_VIEWS, HIDDEN_IMAGES = 6, 48  # of each object at most; of each class
GROUP = 3
NETWORK = "efficientnet_lite0.h5"


def build(rng, sources, public, hidden):
    names = sorted(path.name for path in (sources / "objects").iterdir() if path.is_dir())
    classes = [names[place] for place in rng.permutation(len(names))]
    (public / "classes.txt").write_text("\n".join(classes) + "\n")
    (public / NETWORK).write_bytes((sources / NETWORK).read_bytes())
    licences = [(sources / "licences" / f"{part}.txt").read_text(encoding="utf-8") for part in ("objects", "efficientnet")]
    (public / "LICENCE.txt").write_text("\n".join(licences), encoding="utf-8")
    order = by_difficulty(sources / "objects" / "objects.csv")
    inputs, targets = [], []
    for number, name in enumerate(classes):
        views = {known: rng.permutation(paths).tolist() for known, paths in views_of(sources / "objects" / name).items()}
        kept_back = one_of_each_group(rng, order[name])
        given = [views[known][:GIVEN_VIEWS] for known in order[name] if known not in kept_back]
        copy_views(rng, given, public / "train" / name)
        inputs += [as_fed(rng, path, SIDE) for path in in_turn([views[known] for known in kept_back])[:HIDDEN_IMAGES]]
        targets += [number] * HIDDEN_IMAGES
    place = rng.permutation(len(inputs))
    np.save(hidden / "inputs.npy", np.stack(inputs)[place])
    np.save(hidden / "targets.npy", np.array(targets, dtype=np.int64)[place])


def by_difficulty(table):
    """The objects of each class from the easiest to the hardest, as objects.csv has them."""
    order = {}
    with table.open(newline="") as file:
        for row in csv.DictReader(file):
            order.setdefault(row["class"], []).append(row["object"])
    return order


def one_of_each_group(rng, ordered):
    """One object of each GROUP neighbours; those left over at the end are given."""
    firsts = range(0, len(ordered) - GROUP + 1, GROUP)
    return [ordered[first + rng.integers(GROUP)] for first in firsts]


def in_turn(views):
    """The first view of every object, then the second of every object that has one, and so on."""
    longest = max(len(paths) for paths in views)
    return [paths[turn] for turn in range(longest) for paths in views if turn < len(paths)]
