"""Data of the form: a gauge on a test bench, simulated from the seed alone. The model for a form of a live exam.

No file anywhere holds the hidden rows of such a form: its task.toml says `data = []`, and `build` draws everything from `rng`.
An author copies it into a private pack and changes the law and its limits. Three rules make it fair:

- What a variant draws at will (which way the gauge runs, the range of its settings) does not change how hard the task is.
- What does change it (the bend of the law, the size of the noise) is drawn within narrow limits or not at all, and the error is
  measured in percent of full scale, a unit in which all gauges compare.
- The noise has no part that looks like a gentle curve: chance cannot bend the law of one variant more than that of another.
"""

import csv

import numpy as np

GIVEN, HIDDEN = 30, 600
NOISE = 2.0  # the standard deviation of a reading, in percent of full scale
STEP = 0.1  # settings and readings are written to the tenth; hidden settings lie halfway between two tenths


def build(rng, sources, public, hidden):
    first = rng.integers(30, 60)
    last = first + rng.integers(140, 180)
    law = drawn_law(rng)

    # One setting a stretch, anywhere within it: no variant has a wide gap.
    stretches = (np.arange(GIVEN) + rng.uniform(0.1, 0.9, GIVEN)) / GIVEN
    settings = tenths(first + (last - first) * rng.permutation(stretches))
    place = (settings - first) / (last - first)
    readings = tenths(law(place) + even_noise(rng, place))
    with (public / "measurements.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["setting", "reading"])
        table.writerows([f"{setting:.1f}", f"{reading:.1f}"] for setting, reading in zip(settings, readings, strict=True))

    # Halfway between the tenths: no hidden setting is one of the given.
    kept_back = tenths(np.linspace(first + 1, last - 1, HIDDEN)) + STEP / 2
    np.save(hidden / "inputs.npy", kept_back[:, None].astype(np.float32))
    np.save(hidden / "targets.npy", law((kept_back - first) / (last - first))[:, None].astype(np.float32))


def drawn_law(rng):
    """The reading in percent of full scale, from 5-10 to 90-95, by the place of the setting in its range, from 0 to 1."""
    bend = rng.uniform(3.0, 3.2)
    low, high = rng.uniform(5, 10), rng.uniform(90, 95)
    falls, steep_at_the_end = rng.integers(2, size=2)

    def law(place):
        way = 1 - place if steep_at_the_end else place
        share = (1 - np.exp(-bend * way)) / (1 - np.exp(-bend))
        share = 1 - share if falls != steep_at_the_end else share
        return low + (high - low) * share

    return law


def even_noise(rng, place):
    """Noise of one size in every variant, without the part that a parabola would take for the law."""
    noise = rng.normal(size=len(place))
    noise -= np.polyval(np.polyfit(place, noise, 2), place)
    return NOISE * noise / noise.std()


def tenths(values):
    return np.round(values / STEP) * STEP
