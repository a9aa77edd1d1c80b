"""Data of the form: air and weather of Beijing by the hour. The hidden windows are of the last year.

A variant draws where the public hours end, the order of the series (and with it that of the forecasts), and the windows.
"""

import numpy as np
from windows import drawn_windows, read_series, write_scaling, write_series

PAST, FUTURE = 24, 12
FORECAST = ("pm25", "dew_point", "temperature", "pressure")
HIDDEN = 3000
YEAR, GAP = 365 * 24, 7 * 24
MOST_LEFT_OUT = 60 * 24


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "air.txt").read_bytes())
    names, stamps, hours = read_series(sources / "beijing_air.csv.gz")
    order = rng.permutation(len(names))
    names, hours = [names[series] for series in order], hours[:, order]
    forecast = [name for name in names if name in FORECAST]
    end = len(hours) - YEAR - GAP - rng.integers(MOST_LEFT_OUT)
    write_series(public / "air.csv", "hour", names, stamps[:end], hours[:end])
    mean, deviation = write_scaling(public / "scaling.json", names, hours[:end], forecast=forecast)
    windows = drawn_windows(rng, (hours[-YEAR:] - mean) / deviation, PAST + FUTURE, HIDDEN)
    np.save(hidden / "inputs.npy", windows[:, :PAST].astype(np.float32))
    targets = windows[:, PAST:, [names.index(name) for name in forecast]]
    np.save(hidden / "targets.npy", targets.astype(np.float32))
