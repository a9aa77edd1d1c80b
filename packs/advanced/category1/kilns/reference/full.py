"""Finds the faults and mends them, or leaves out what cannot be mended; then trains on what is true."""

import re

import numpy as np
import tensorflow as tf
from checkpoints import save
from starter import INPUT_SHAPE, load_data

MISSING = {"", "NA", "n/a", "-", "-999"}
IN_POUND = 0.453592  # kg
REPEATED = 8  # times that the same peak is no chance
AGREEING = -0.5  # a correlation of strength and cracks that is beyond doubt


def cleaned():
    """Features (n, 8) in the order of the model's inputs, and strengths (n, 1)."""
    rows, kilns, laboratories, inputs = load_data()
    # The last entry of a batch is the right one.
    rows = list({row["batch"]: row for row in sorted(rows, key=lambda row: row["entered"])}.values())
    rows.sort(key=lambda row: row["fired"])
    table = {entry["name"]: np.array([number(row.get(entry["name"], "")) for row in rows]) for entry in inputs}
    highest = {entry["name"]: entry["highest"] for entry in inputs}
    kiln, line, cracked = (np.array([read(row[name]) for row in rows]) for name, read in COLUMNS.items())
    draughts = {entry["kiln"]: entry["draught"] for entry in kilns}
    table["draught"] = np.array([draughts[one] for one in kiln])
    table["load"][[row["load_unit"] == "lb" for row in rows]] *= IN_POUND
    mend_dryer(table["dryer"], line, highest["dryer"])
    drop_stuck(table["peak"], kiln)

    batches = [identity(row["batch"]) for row in rows]
    strengths = strengths_by_batch(laboratories, dict(zip(batches, cracked, strict=True)))
    target = np.array([strengths.get(batch, np.nan) for batch in batches])
    features = np.stack([table[entry["name"]] for entry in inputs], axis=1)
    whole = ~np.isnan(features).any(axis=1) & ~np.isnan(target)
    print("Kept", whole.sum(), "of", len(rows), "batches")
    return features[whole].astype("float32"), target[whole, None].astype("float32")


def number(text):
    """A number as any of the clerks may write it; hours and minutes in minutes."""
    if text.strip() in MISSING:
        return np.nan
    if ":" in text:
        hours, minutes = text.split(":")
        return 60.0 * int(hours) + int(minutes)
    return float(text.replace(",", "."))


def identity(text):
    """The number in B-00012, b12, K-07 or Kiln 7."""
    return int(re.sub(r"\D", "", text))


COLUMNS = {"kiln": identity, "line": str, "cracked": number}


def mend_dryer(dryer, line, highest):
    """One line's dryer is in Fahrenheit from the first day on that has a value which it cannot have in Celsius."""
    for one in np.unique(line):
        places = np.flatnonzero(line == one)
        hot = np.flatnonzero(dryer[places] > highest)
        if len(hot):
            later = places[hot[0] :]
            dryer[later] = (dryer[later] - 32) / 1.8


def drop_stuck(peak, kiln):
    """A sensor that shows one number again and again is broken."""
    for one in np.unique(kiln):
        values, counts = np.unique(peak[kiln == one], return_counts=True)
        peak[(kiln == one) & np.isin(peak, values[counts > REPEATED])] = np.nan


def strengths_by_batch(laboratories, cracked):
    """Of the laboratories whose strengths go with the cracks of the same batches, as strength must."""
    kept = {}
    for laboratory in laboratories:
        found = {identity(result["sample"]): result["strength"] for result in laboratory["results"]}
        pairs = np.array([(value, cracked[batch]) for batch, value in found.items() if batch in cracked])
        agreement = np.corrcoef(pairs[~np.isnan(pairs).any(axis=1)].T)[0, 1]
        print(laboratory["laboratory"], "strength and cracks:", round(agreement, 2))
        if agreement < AGREEING:
            kept.update(found)
    return kept


def solution_model():
    features, strengths = cleaned()
    layers = tf.keras.layers
    normalise = layers.Normalization()
    normalise.adapt(features)
    model = tf.keras.Sequential(
        [
            tf.keras.Input(INPUT_SHAPE),
            normalise,
            layers.Dense(64, activation="swish"),
            layers.Dense(64, activation="swish"),
            layers.Dense(1),
            layers.Rescaling(float(strengths.std()), offset=float(strengths.mean())),
        ]
    )
    epochs, batch = 60, 32
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, epochs * -(-len(features) // batch))
    model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="mse")
    model.fit(features, strengths, epochs=epochs, batch_size=batch, verbose=2)
    return model


if __name__ == "__main__":
    save(solution_model())
