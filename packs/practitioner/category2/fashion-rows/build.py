"""Data of the form: clothes of Fashion-MNIST as lines of JSON; a variant draws the split and the order of the classes."""

import json

import numpy as np
from clothes import drawn_clothes


def build(rng, sources, public, hidden):
    kept_back, given, names = drawn_clothes(rng, sources / "fashion.npz", kept_back=450, given=600)
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "fashion.txt").read_bytes())
    (public / "classes.json").write_text(json.dumps(names, indent=2) + "\n")
    with (public / "clothes.jsonl").open("w", newline="\n") as file:
        for image, label in zip(*given, strict=True):
            row = {"label": names[label], "pixels": image.ravel().tolist()}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    images, labels = kept_back
    np.save(hidden / "inputs.npy", images.reshape(len(images), -1).astype(np.float32))
    np.save(hidden / "targets.npy", labels)
