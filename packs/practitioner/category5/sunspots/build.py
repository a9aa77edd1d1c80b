"""Data of the form: sunspots by the month; the hidden windows are of the 20th century, from the cycles after the public ones.

The targets are smoothed over 13 months, centred, as astronomers do: the inputs cannot be, for no month knows the next.
A variant draws the factor of the observatory and its errors. Where the public months end is the same in all: with so few
cycles, another end would make another task.
"""

import csv

import numpy as np
from windows import write_scaling, write_series

PAST, FUTURE = 132, 24
PUBLIC = 1900
GAP = 12
FACTOR = (0.6, 1.6)
ERROR = 0.02
KERNEL = np.array([0.5, *[1] * 11, 0.5]) / 12
HALF = len(KERNEL) // 2


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "sunspots.txt").read_bytes())
    with (sources / "sunspots.csv").open(newline="") as file:
        (_month, name), *rows = csv.reader(file)
    stamps, counts = [row[0] for row in rows], np.array([float(row[1]) for row in rows])
    months = (counts * rng.uniform(*FACTOR) * rng.normal(1, ERROR, len(counts))).round(1)[:, np.newaxis]
    write_series(public / "sunspots.csv", "month", [name], stamps[:PUBLIC], months[:PUBLIC])
    mean, deviation = write_scaling(public / "scaling.json", [name], months[:PUBLIC])
    later = ((months[PUBLIC + GAP :] - mean) / deviation)[:, 0]
    smoothed = np.convolve(later, KERNEL, "valid")  # its first value belongs to the month HALF
    inputs = np.lib.stride_tricks.sliding_window_view(later, PAST)
    targets = np.lib.stride_tricks.sliding_window_view(smoothed[PAST - HALF :], FUTURE)
    np.save(hidden / "inputs.npy", inputs[: len(targets), :, np.newaxis].astype(np.float32))
    np.save(hidden / "targets.npy", targets[:, :, np.newaxis].astype(np.float32))
