"""What the forms of category 5 share: tables of series by time, their scaling, and windows of later rows.

A table is a list of stamps and an array (rows, series) in which a missing value is NaN.
"""

import csv
import gzip
import json

import numpy as np


def read_series(path, missing=""):
    """The names, stamps and numbers of a compressed table whose first column is the time."""
    with gzip.open(path, "rt", newline="") as file:
        (_time, *names), *rows = csv.reader(file)
    numbers = [[float("nan") if cell == missing else float(cell) for cell in row[1:]] for row in rows]
    return names, [row[0] for row in rows], np.array(numbers)


def write_series(path, time, names, stamps, numbers):
    """The table as a candidate gets it; `time` names its first column, and a missing value is an empty cell."""
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([time, *names])
        for stamp, row in zip(stamps, numbers, strict=True):
            table.writerow([stamp, *("" if np.isnan(number) else f"{number:.7g}" for number in row)])


def write_scaling(path, names, public, **more):
    """Mean and deviation of the public rows, as the candidate reads them; returned as (2, series)."""
    mean, deviation = np.nanmean(public, axis=0).round(4), np.nanstd(public, axis=0).round(4)
    scaling = {"columns": list(names), "mean": mean.tolist(), "deviation": deviation.tolist(), **more}
    path.write_text(json.dumps(scaling, indent=2) + "\n")
    return np.stack([mean, deviation])


def drawn_windows(rng, rows, length, count):
    """`count` different windows of `length` rows without a missing value, (count, length, series), in order of time.

    One is drawn from each of `count` stretches of equal length: every season then has its share in every variant, and a
    metric over the windows hardly depends on the draw.
    """
    windows = np.lib.stride_tricks.sliding_window_view(rows, length, axis=0).transpose(0, 2, 1)
    whole = np.flatnonzero(~np.isnan(windows).any(axis=(1, 2)))
    edges = np.linspace(0, len(whole), count + 1).astype(int)
    return windows[whole[rng.integers(edges[:-1], edges[1:])]]
