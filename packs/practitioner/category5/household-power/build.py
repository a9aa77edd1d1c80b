"""Data of the form: a household by the hour; the hidden hours come later. A variant also draws the order of the series."""

import csv
import gzip
import json

import numpy as np

PAST, FUTURE = 24, 24
GAP = 7 * 24
HIDDEN = 2000
CUT = (0.68, 0.76)


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "power.txt").read_bytes())
    with gzip.open(sources / "household_power.csv.gz", "rt", newline="") as file:
        header, *rows = csv.reader(file)
    order = rng.permutation(len(header) - 1) + 1
    names = [header[column] for column in order]
    cut = int(rng.uniform(*CUT) * len(rows))
    with (public / "power.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["hour", *names])
        table.writerows([row[0], *(row[column] for column in order)] for row in rows[:cut])
    hours = np.array([[float(row[column] or "nan") for column in order] for row in rows])
    scaling = {
        "columns": names,
        "mean": np.nanmean(hours[:cut], axis=0).round(4).tolist(),
        "deviation": np.nanstd(hours[:cut], axis=0).round(4).tolist(),
    }
    (public / "scaling.json").write_text(json.dumps(scaling, indent=2) + "\n")
    windows = later_windows(rng, (hours[cut + GAP :] - scaling["mean"]) / scaling["deviation"])
    np.save(hidden / "inputs.npy", windows[:, :PAST].astype(np.float32))
    np.save(hidden / "targets.npy", windows[:, PAST:].astype(np.float32))


def later_windows(rng, hours):
    """Windows of 48 hours without a missing value, drawn without repetition."""
    windows = np.lib.stride_tricks.sliding_window_view(hours, PAST + FUTURE, axis=0).transpose(0, 2, 1)
    whole = np.flatnonzero(~np.isnan(windows).any(axis=(1, 2)))
    return windows[np.sort(rng.choice(whole, HIDDEN, replace=False))]
