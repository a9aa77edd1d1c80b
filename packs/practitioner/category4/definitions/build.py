"""Data of the form: definitions of persons and artifacts. A variant draws which of them is 1, and the numbers of the words."""

import json

import numpy as np
from texts import Sizes, definitions, divided, write_vocabulary

SIZES = Sizes(given=6000, hidden=2500, vocabulary=6000, length=20)
DOMAINS = ("artifact", "person")


def build(rng, sources, public, hidden):
    (public / "LICENCE.txt").write_bytes((sources / "licences" / "definitions.txt").read_bytes())
    classes = [DOMAINS[place] for place in rng.permutation(len(DOMAINS))]
    vocabulary, given, kept = divided(rng, definitions(sources, DOMAINS), SIZES)
    (public / "classes.txt").write_text("\n".join(classes) + "\n", encoding="utf-8")
    write_vocabulary(vocabulary, public / "vocabulary.txt")
    objects = (json.dumps({"text": text, "label": classes.index(domain)}) for text, domain in given)
    (public / "definitions.json").write_text("[\n" + ",\n".join(objects) + "\n]\n", encoding="utf-8")
    np.save(hidden / "inputs.npy", np.array([numbers for _, numbers, _ in kept], dtype=np.int32))
    np.save(hidden / "targets.npy", np.array([classes.index(domain) for _, _, domain in kept], dtype=np.int64))
