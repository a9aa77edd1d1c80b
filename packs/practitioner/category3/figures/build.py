"""Data of the form: photographs of cut-out pieces, all of them drawn from the seed: the model for a form of a live exam.

A variant draws which figures there are, one of each of four pairs, their proportions, their order, and every photograph (see
`lib/figures.py`). An author changes the figures, or the bench, in a private pack.
"""

import io

import numpy as np
from figures import FAMILIES, drawn_figure, photograph
from PIL import Image

GIVEN, HIDDEN = 220, 125  # images of each figure
SIDE = 64
PNG_SHARE = 0.05  # the other images are JPEG


def build(rng, sources, public, hidden):
    names = [str(rng.choice(pair)) for pair in rng.permutation(FAMILIES)]
    (public / "classes.txt").write_text("\n".join(names) + "\n")
    inputs, targets = [], []
    for number, name in enumerate(names):
        figure = drawn_figure(name, rng)
        folder = public / "train" / name
        folder.mkdir(parents=True)
        for place in range(1, GIVEN + 1):
            kind, content = image_file(figure, rng)
            (folder / f"{place:03}.{kind}").write_bytes(content)
        inputs += [as_input(image_file(figure, rng)[1]) for _ in range(HIDDEN)]
        targets += [number] * HIDDEN
    order = rng.permutation(len(inputs))
    np.save(hidden / "inputs.npy", np.stack(inputs)[order])
    np.save(hidden / "targets.npy", np.array(targets, dtype=np.int64)[order])


def image_file(figure, rng):
    """The ending and the content of a file with a new photograph."""
    kind = "png" if rng.random() < PNG_SHARE else "jpg"
    picture, file = photograph(figure, rng), io.BytesIO()
    picture.save(file, "PNG" if kind == "png" else "JPEG", quality=int(rng.integers(75, 96)))
    return kind, file.getvalue()


def as_input(content):
    """An image as ImageDataGenerator(rescale=1 / 255) loads it with interpolation="bilinear"."""
    with Image.open(io.BytesIO(content)) as image:
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float32) / np.float32(255)
