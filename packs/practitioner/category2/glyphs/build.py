"""Data of the form: glyphs of an alphabet that the seed invents. No file holds its images: the model for a form of a live exam.

A variant draws the ten glyphs (with limits on how like they are, see `lib/glyphs.py`) and how each image is written. An author
changes the limits, or the hand, in a private pack.
"""

import numpy as np
from glyphs import GLYPHS, drawn_alphabet, drawn_images

GIVEN, HIDDEN = 450, 300  # images of each glyph


def build(rng, sources, public, hidden):
    alphabet = drawn_alphabet(rng)
    numbers = np.concatenate([rng.permutation(np.repeat(np.arange(GLYPHS), count)) for count in (HIDDEN, GIVEN)])
    images = drawn_images(rng, alphabet, numbers)
    cut = HIDDEN * GLYPHS
    np.savez_compressed(public / "train.npz", images=images[cut:], labels=numbers[cut:].astype(np.uint8))
    np.save(hidden / "inputs.npy", images[:cut, :, :, None].astype(np.float32) / 255)
    np.save(hidden / "targets.npy", numbers[:cut])
