"""Data of the form: renderings of persons and vehicles in class folders. No public image shows an object of a hidden one.

Which objects are kept back is fixed, so that variants are equally hard: with a few dozen objects, a drawn split would
decide more about a score than the model does. A variant draws the order of the classes, the numbers that files carry, which
views are given, and how each hidden image is cropped, lit and mirrored.
"""

import numpy as np
from objects import as_fed, copy_views, views_of

SIDE = 64
GIVEN_VIEWS, HIDDEN_TIMES = 9, 2  # of the views of each object; how often each hidden view is taken, cropped and lit anew
KEPT_BACK = {
    "person": (
        "Reallusion-boySitting",
        "Reallusion-female02",
        "Reallusion-girlSittingGround",
        "Reallusion-holdingMale01",
        "Reallusion-sitMale01",
        "Reallusion-sitMale03",
    ),
    "vehicle": (
        "BlendSwap-CC-BY-fordFocus",
        "KatorLegaz-concept-sedan-01v1",
        "KatorLegaz-concept-sedan-01v2",
        "Scopia-bus",
        "Scopia-suv",
        "Scopia-truck",
    ),
}
# Persons who lie and vehicles without four wheels: too few of each for a network to learn them here.
LEFT_OUT = {
    "Reallusion-boyLying",
    "Reallusion-lyingDownFemale01",
    "Reallusion-lyingDownMale01",
    "Reallusion-lyingDownMale02",
    "BlendSwap-CC-0-forkLift",
    "BlendSwap-CC-BY-bike",
    "KatorLegaz-scooter",
    "Scopia-bicycle",
    "Scopia-scooter",
    "Scopia-scooter2",
    "Scopia-tricycle",
    "Scopia-yamaha-yzr-r6",
}


def build(rng, sources, public, hidden):
    names = sorted(KEPT_BACK)
    classes = [names[place] for place in rng.permutation(len(names))]
    (public / "classes.txt").write_text("\n".join(classes) + "\n")
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "objects.txt").read_bytes())
    inputs, targets = [], []
    for number, name in enumerate(classes):
        views = {known: paths for known, paths in views_of(sources / "objects" / name).items() if known not in LEFT_OUT}
        given = [
            rng.permutation(paths).tolist()[:GIVEN_VIEWS] for known, paths in views.items() if known not in KEPT_BACK[name]
        ]
        copy_views(rng, given, public / "train" / name)
        for path in [path for known in KEPT_BACK[name] for path in views[known]] * HIDDEN_TIMES:
            inputs.append(as_fed(rng, path, SIDE) / np.float32(255))
            targets.append(number)
    order = rng.permutation(len(inputs))
    np.save(hidden / "inputs.npy", np.stack(inputs)[order])
    np.save(hidden / "targets.npy", np.array(targets, dtype=np.int64)[order])
