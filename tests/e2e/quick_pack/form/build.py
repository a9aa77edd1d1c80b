"""Draws a linear function of four variables, and rows of it: some public, the others hidden."""

import numpy as np


def build(rng, sources, public, hidden):
    weights, bias = rng.normal(size=4), rng.normal()
    rows = rng.uniform(-1, 1, size=(500, 4)).astype("float32")
    targets = (rows @ weights + bias).astype("float32")[:, None]
    table = np.hstack([rows[:200], targets[:200]])
    np.savetxt(public / "train.csv", table, delimiter=",", header="a,b,c,d,target", comments="")
    np.save(hidden / "inputs.npy", rows[200:])
    np.save(hidden / "targets.npy", targets[200:])
