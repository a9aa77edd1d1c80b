"""Data of the form: definitions of four domains. A variant draws the numbers of the domains and those of the words."""

import csv

import numpy as np
from texts import Sizes, definitions, divided, write_vocabulary

SIZES = Sizes(given=1800, hidden=600, vocabulary=5000, length=24)
DOMAINS = ("animal", "artifact", "food", "plant")


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "definitions.txt").read_bytes())
    classes = [DOMAINS[place] for place in rng.permutation(len(DOMAINS))]
    vocabulary, given, kept = divided(rng, definitions(sources, DOMAINS), SIZES)
    (public / "classes.txt").write_text("\n".join(classes) + "\n", encoding="utf-8")
    write_vocabulary(vocabulary, public / "vocabulary.txt")
    with (public / "definitions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "domain"])
        table.writerows(given)
    np.save(hidden / "inputs.npy", np.array([numbers for _, numbers, _ in kept], dtype=np.int32))
    np.save(hidden / "targets.npy", np.array([classes.index(domain) for _, _, domain in kept], dtype=np.int64))
