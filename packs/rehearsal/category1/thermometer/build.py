"""Data of the form: temperatures on two scales. Everything comes from `rng`."""

import numpy as np

GIVEN, HIDDEN = 40, 100


def build(rng, sources, public, hidden):
    """Write the candidate's table to `public`, and inputs.npy and targets.npy to `hidden`."""
    given = rng.permutation(np.linspace(-30, 110, GIVEN)).round(1)
    lines = [f"{celsius:.1f},{fahrenheit(celsius):.2f}" for celsius in given]
    (public / "temperatures.csv").write_text("\n".join(["celsius,fahrenheit", *lines]) + "\n")
    kept_back = rng.uniform(-30, 110, (HIDDEN, 1)).astype(np.float32)
    np.save(hidden / "inputs.npy", kept_back)
    np.save(hidden / "targets.npy", fahrenheit(kept_back).astype(np.float32))


def fahrenheit(celsius):
    return celsius * 1.8 + 32
