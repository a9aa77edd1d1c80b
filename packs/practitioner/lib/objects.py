"""The rendered objects in `data/objects`: their views, names that give nothing away, and views as a model is fed them."""

import numpy as np
from PIL import Image, ImageOps

CROPPED = 0.06  # the largest share of a side that a view loses at each of its edges
LIGHT = (0.85, 1.15)


def views_of(folder):
    """The views of each object of a class, by its name."""
    views = {}
    for path in sorted(folder.glob("*.jpg")):
        views.setdefault(path.stem.rsplit("-", 1)[0], []).append(path)
    return views


def copy_views(rng, objects, folder):
    """Copies the views of every one of `objects` under neutral names: a number for the object, drawn, and one for the view."""
    folder.mkdir(parents=True)
    for number, place in enumerate(rng.permutation(len(objects)), start=1):
        for view, path in enumerate(objects[place], start=1):
            (folder / f"object{number:02}-{view:02}.jpg").write_bytes(path.read_bytes())


def as_fed(rng, path, side):
    """A view as a model is fed it, (side, side, 3), 0 to 255: cropped, perhaps mirrored, resized as Keras does it, and lit."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    cropped = rng.uniform(0, CROPPED, size=4)
    left, top, right, bottom = (cropped * np.tile(image.size, 2)).round().astype(int)
    image = image.crop((left, top, image.width - right, image.height - bottom))
    image = ImageOps.mirror(image) if rng.random() < 1 / 2 else image
    resized = image.resize((side, side), Image.Resampling.BILINEAR)
    return (np.asarray(resized) * rng.uniform(*LIGHT)).clip(0, 255).astype(np.float32)
