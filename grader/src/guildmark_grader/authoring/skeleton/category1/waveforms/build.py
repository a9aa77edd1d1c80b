"""Data of the form: short signals of four waveforms with noise. A variant also draws which number stands for which waveform.

Everything comes from `rng`, whose seed is derived from your secret: nobody makes the hidden signals without it. The same seed
must give the same bytes, so there is no clock here, no other source of chance, and no order of a set.
"""

import numpy as np

LENGTH = 64
GIVEN = KEPT_BACK = 2000
NOISE = 0.12
WAVEFORMS = {
    "sine": lambda turns: np.sin(2 * np.pi * turns),
    "square": lambda turns: np.sign(0.5 - turns % 1),
    "triangle": lambda turns: 4 * np.abs(turns % 1 - 0.5) - 1,
    "sawtooth": lambda turns: 2 * (turns % 1) - 1,
}


def build(rng, sources, public, hidden):
    """Write the candidate's files to `public`, and inputs.npy and targets.npy to `hidden`. `sources` holds the task's data."""
    classes = list(rng.permutation(list(WAVEFORMS)))
    (public / "classes.txt").write_text("\n".join(classes) + "\n")
    signals, labels = drawn(rng, GIVEN, classes)
    np.savez_compressed(public / "signals.npz", signals=signals, labels=labels)
    signals, labels = drawn(rng, KEPT_BACK, classes)
    np.save(hidden / "inputs.npy", signals)
    np.save(hidden / "targets.npy", labels)


def drawn(rng, count, classes):
    """`count` signals of shape (64, 1) with their labels: as many of each class, so that all variants are equally hard."""
    labels = rng.permutation(np.arange(count) % len(classes))
    cycles, start = rng.uniform(1.5, 4, (count, 1)), rng.random((count, 1))
    turns = start + cycles * np.arange(LENGTH) / LENGTH
    clean = np.stack([WAVEFORMS[classes[label]](row) for label, row in zip(labels, turns, strict=True)])
    noisy = clean * rng.uniform(0.8, 1.6, (count, 1)) + NOISE * rng.normal(size=clean.shape)
    return noisy[..., np.newaxis].astype(np.float32), labels.astype(np.int32)
