"""Data of the form: houses of Ames with their words; a variant draws the split, the order of the columns and that of the words.

Of all houses, a few are hard to price and weigh much in the error. Each variant keeps back the same share of them: the houses
stand in order of what a linear model makes of them, and of every ten neighbours three are kept back.
"""

import csv
import json
from collections import Counter

import numpy as np

NUMBERS = (
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
WORDS = ("Neighborhood", "House_Style", "Overall_Cond")
PRICE = "Sale_Price"

RAREST = 20  # houses with a word that fewer have are left out: from so few, nobody learns what it means
LARGEST = 4000  # square feet: the collector of the data advises to leave out the five houses beyond
NEIGHBOURS, KEPT_BACK = 10, 3


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "houses.txt").read_bytes())
    houses = distinct_houses(sources / "ames.csv")
    columns = [(*NUMBERS, *WORDS)[i] for i in rng.permutation(len(NUMBERS) + len(WORDS))]
    categories = {name: in_drawn_order(rng, {house[name] for house in houses}) for name in columns if name in WORDS}

    kept_back, given = split(rng, houses)
    with (public / "houses.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([*columns, "Price"])
        table.writerows([*(house[name] for name in columns), f"{thousands(house):.3f}"] for house in given)
    (public / "categories.json").write_text(json.dumps(categories, indent=2) + "\n")

    inputs = [
        [categories[name].index(house[name]) if name in WORDS else float(house[name]) for name in columns]
        for house in kept_back
    ]
    np.save(hidden / "inputs.npy", np.array(inputs, dtype=np.float32))
    np.save(hidden / "targets.npy", np.array([[thousands(house)] for house in kept_back], dtype=np.float32))


def thousands(house):
    return int(house[PRICE]) / 1000


def in_drawn_order(rng, words):
    alphabetical = sorted(words)
    return [alphabetical[i] for i in rng.permutation(len(alphabetical))]


def distinct_houses(path):
    """The houses of the file without the largest and the rarest kinds. Of houses with the same numbers, the first alone."""
    with path.open(newline="") as file:
        houses = [house for house in csv.DictReader(file) if int(house["Gr_Liv_Area"]) <= LARGEST]
    for name in WORDS:
        count = Counter(house[name] for house in houses)
        houses = [house for house in houses if count[house[name]] >= RAREST]
    return list({tuple(house[name] for name in NUMBERS): house for house in reversed(houses)}.values())


def split(rng, houses):
    """The houses that are kept back, and those that candidates get, each shuffled."""
    by_oddity = np.argsort(oddity(houses), kind="stable")
    kept_back, given = [], []
    for neighbours in np.array_split(by_oddity, len(houses) // NEIGHBOURS):
        drawn = rng.permutation(neighbours)
        kept_back.extend(drawn[:KEPT_BACK])
        given.extend(drawn[KEPT_BACK:])
    return tuple([houses[i] for i in rng.permutation(part)] for part in (kept_back, given))


def oddity(houses):
    """How far the price of each house lies from a linear model of all houses."""
    numbers = np.array([[float(house[name]) for name in NUMBERS] for house in houses])
    kinds = [
        np.array([house[name] == word for house in houses], dtype=float)
        for name in WORDS
        for word in sorted({house[name] for house in houses})
    ]
    table = np.column_stack([(numbers - numbers.mean(axis=0)) / numbers.std(axis=0), *kinds])
    prices = np.array([thousands(house) for house in houses])
    weights, *_ = np.linalg.lstsq(table, prices, rcond=None)
    return np.abs(table @ weights - prices).round(3)
