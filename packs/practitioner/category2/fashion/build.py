"""Data of the form: clothes of Fashion-MNIST as arrays; a variant draws the split and which number stands for which class."""

import numpy as np
from clothes import drawn_clothes


def build(rng, sources, public, hidden):
    kept_back, given, names = drawn_clothes(rng, sources / "fashion.npz", kept_back=400, given=700)
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "fashion.txt").read_bytes())
    (public / "classes.txt").write_text("\n".join(names) + "\n")
    images, labels = given
    np.savez_compressed(public / "train.npz", images=images, labels=labels.astype(np.uint8))
    images, labels = kept_back
    np.save(hidden / "inputs.npy", images.astype(np.float32) / 255)
    np.save(hidden / "targets.npy", labels)
