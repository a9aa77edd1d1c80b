"""Data of the form: houses of Ames, split at random; a variant also draws the order of the columns."""

import csv

import numpy as np

FEATURES = (
    "Gr_Liv_Area",
    "Lot_Area",
    "Year_Built",
    "Year_Remod_Add",
    "Total_Bsmt_SF",
    "First_Flr_SF",
    "Garage_Area",
    "Full_Bath",
    "Fireplaces",
)
PRICE = "Sale_Price"
HIDDEN_SHARE = 0.3


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "houses.txt").read_bytes())
    features = [FEATURES[i] for i in rng.permutation(len(FEATURES))]
    houses = distinct_houses(sources / "ames.csv", features)
    rng.shuffle(houses)
    cut = round(len(houses) * HIDDEN_SHARE)
    kept_back, given = houses[:cut], houses[cut:]
    with (public / "houses.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([*features, "Price"])
        table.writerows([*house[:-1], f"{house[-1] / 1000:.3f}"] for house in given)
    numbers = np.array(kept_back, dtype=np.float64)
    np.save(hidden / "inputs.npy", numbers[:, :-1].astype(np.float32))
    np.save(hidden / "targets.npy", (numbers[:, -1:] / 1000).astype(np.float32))


def distinct_houses(path, features):
    """Houses as lists of integers, the price in dollars last. Of houses with the same features, the first alone."""
    with path.open(newline="") as file:
        rows = [[int(house[name]) for name in (*features, PRICE)] for house in csv.DictReader(file)]
    return list({tuple(row[:-1]): row for row in reversed(rows)}.values())
