"""Data of the form: renderings in class folders. The hidden ones show objects that no public image shows.

A variant draws the objects that are kept back, the numbers that files carry, and the order of the classes.
"""

import re

import numpy as np
from PIL import Image

CLASSES = ("person", "vehicle")
SIDE = 80
HIDDEN_SHARE = 0.25
# Objects are kept back from every kind, so that variants are equally hard: a class has its kinds, and a rest that is one too.
KINDS = {
    "person": ("Reallusion-(fe)?male0", "Reallusion-.*[lL]ying", "Reallusion-.*[sS]it"),
    "vehicle": (".*([tT]ruck|[bB]us|van)$",),
}
# Models that differ in little but their colour count as one object.
SERIES = ("KatorLegaz-concept-sedan-01", "KatorLegaz-concept-sedan-02")


def build(rng, sources, public, hidden):
    classes = [CLASSES[i] for i in rng.permutation(len(CLASSES))]
    (public / "classes.txt").write_text("\n".join(classes) + "\n")
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "objects.txt").read_bytes())
    kept_back = []
    for number, name in enumerate(classes):
        hidden_objects, given = split_by_kind(rng, views_by_object(sources / "objects" / name), KINDS[name])
        kept_back += [(number, path) for views in hidden_objects for path in views]
        copy_views([given[i] for i in rng.permutation(len(given))], public / "train" / name)
    order = rng.permutation(len(kept_back))
    np.save(hidden / "inputs.npy", np.stack([as_input(kept_back[i][1]) for i in order]))
    np.save(hidden / "targets.npy", np.array([kept_back[i][0] for i in order], dtype=np.int64))


def views_by_object(folder):
    """The images of each object, objects and images in order of their names."""
    objects = {}
    for path in sorted(folder.glob("*.jpg")):
        model = re.sub(r"-[0-9]+\.jpg$", "", path.name)
        series = next((name for name in SERIES if model.startswith(name)), model)
        objects.setdefault(series, []).append(path)
    return list(objects.values())


def split_by_kind(rng, objects, kinds):
    """The objects to keep back and those to give, the same share of every kind."""
    groups = [[] for _ in range(len(kinds) + 1)]
    for views in objects:
        model = re.sub(r"-[0-9]+\.jpg$", "", views[0].name)
        groups[next((k for k, kind in enumerate(kinds) if re.match(kind, model)), -1)].append(views)
    kept_back, given = [], []
    for group in groups:
        order = rng.permutation(len(group))
        cut = round(len(group) * HIDDEN_SHARE)
        kept_back += [group[i] for i in order[:cut]]
        given += [group[i] for i in order[cut:]]
    return kept_back, given


def copy_views(objects, folder):
    """Copies under neutral names: the object's number in its class, and the number of the view."""
    folder.mkdir(parents=True)
    for number, views in enumerate(objects, start=1):
        for view, path in enumerate(views, start=1):
            (folder / f"object{number:02}-{view:02}.jpg").write_bytes(path.read_bytes())


def as_input(path):
    """An image as ImageDataGenerator(rescale=1 / 255) loads it with interpolation="bilinear"."""
    with Image.open(path) as image:
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float32) / np.float32(255)
