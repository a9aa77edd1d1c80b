"""Data of the form: renderings in class folders. The hidden ones show objects that no public image shows.

Which objects are kept back is fixed, so that variants are equally hard: with a few dozen objects, a drawn split would
decide more about a score than the model does. A variant draws the order of the classes, the numbers that files carry, and how
each hidden image is flipped and cropped.
"""

import re

import numpy as np
from PIL import Image, ImageOps

CLASSES = ("person", "vehicle")
SIDE = 80
CROPPED = 0.06  # the largest share of a side that a hidden image loses at each of its edges


def build(rng, sources, public, hidden):
    classes = [CLASSES[i] for i in rng.permutation(len(CLASSES))]
    (public / "classes.txt").write_text("\n".join(classes) + "\n")
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "objects.txt").read_bytes())
    inputs, targets = [], []
    for number, name in enumerate(classes):
        copy_views(rng, sources / "objects" / "given" / name, public / "train" / name)
        for path in sorted((sources / "objects" / "kept_back" / name).glob("*.jpg")):
            inputs.append(as_input(path, flipped=rng.random() < 1 / 2, cropped=rng.uniform(0, CROPPED, size=4)))
            targets.append(number)
    order = rng.permutation(len(inputs))
    np.save(hidden / "inputs.npy", np.stack(inputs)[order])
    np.save(hidden / "targets.npy", np.array(targets, dtype=np.int64)[order])


def copy_views(rng, source, folder):
    """Copies under neutral names: the object's number in its class, drawn, and the number of the view."""
    folder.mkdir(parents=True)
    views_of = {}
    for path in sorted(source.glob("*.jpg")):
        views_of.setdefault(re.sub(r"-[0-9]+\.jpg$", "", path.name), []).append(path)
    objects = list(views_of.values())
    for number, place in enumerate(rng.permutation(len(objects)), start=1):
        for view, path in enumerate(objects[place], start=1):
            (folder / f"object{number:02}-{view:02}.jpg").write_bytes(path.read_bytes())


def as_input(path, *, flipped, cropped):
    """An image as ImageDataGenerator(rescale=1 / 255) loads it with interpolation="bilinear"."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    left, top, right, bottom = (cropped * np.tile(image.size, 2)).round().astype(int)
    image = image.crop((left, top, image.width - right, image.height - bottom))
    image = ImageOps.mirror(image) if flipped else image
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float32) / np.float32(255)
