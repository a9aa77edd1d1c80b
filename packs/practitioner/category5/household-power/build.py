"""Data of the form: a household by the hour. The hidden windows are of its last year.

A variant draws where the public hours end, the order of the series, and the windows.
"""

import numpy as np
from windows import drawn_windows, read_series, write_scaling, write_series

PAST, FUTURE = 24, 24
HIDDEN = 3000
YEAR, GAP = 365 * 24, 7 * 24
MOST_LEFT_OUT = 60 * 24


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "power.txt").read_bytes())
    names, stamps, hours = read_series(sources / "household_power.csv.gz")
    order = rng.permutation(len(names))
    names, hours = [names[series] for series in order], hours[:, order]
    end = len(hours) - YEAR - GAP - rng.integers(MOST_LEFT_OUT)
    write_series(public / "power.csv", "hour", names, stamps[:end], hours[:end])
    mean, deviation = write_scaling(public / "scaling.json", names, hours[:end])
    windows = drawn_windows(rng, (hours[-YEAR:] - mean) / deviation, PAST + FUTURE, HIDDEN)
    np.save(hidden / "inputs.npy", windows[:, :PAST].astype(np.float32))
    np.save(hidden / "targets.npy", windows[:, PAST:].astype(np.float32))
