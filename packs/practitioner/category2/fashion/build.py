"""Data of the form: clothes of Fashion-MNIST, split at random; a variant also draws which number stands for which class."""

import numpy as np

CLASSES = ("t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
HIDDEN = 3000


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "fashion.txt").read_bytes())
    with np.load(sources / "fashion.npz") as archive:
        images, labels = archive["x"], archive["y"].astype(np.int64)
    new_number = rng.permutation(len(CLASSES))
    order = rng.permutation(len(images))
    images, labels = images[order], new_number[labels[order]]
    names = [CLASSES[old] for old in np.argsort(new_number)]
    (public / "classes.txt").write_text("\n".join(names) + "\n")
    np.savez_compressed(public / "train.npz", images=images[HIDDEN:], labels=labels[HIDDEN:].astype(np.uint8))
    np.save(hidden / "inputs.npy", images[:HIDDEN].astype(np.float32) / 255)
    np.save(hidden / "targets.npy", labels[:HIDDEN])
