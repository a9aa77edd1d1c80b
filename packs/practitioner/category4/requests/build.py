"""Data of the form: requests in a cant that is drawn for this variant, with its words and with the numbers of the desks."""

import json

import numpy as np
from cant import new_cant, request
from texts import Sizes, divided, write_vocabulary

SIZES = Sizes(given=2000, hidden=800, vocabulary=1500, length=24)
SPARE = 100
DESKS = ("deliveries", "glass", "oil", "repairs", "wicks")


def build(rng, sources, public, hidden):
    cant = new_cant(rng, len(DESKS))
    classes = [DESKS[place] for place in rng.permutation(len(DESKS))]
    count = SIZES.given + SIZES.hidden + SPARE
    requests = {name: [request(rng, cant, desk) for _ in range(count)] for desk, name in enumerate(DESKS)}
    vocabulary, given, kept = divided(rng, requests, SIZES)
    (public / "classes.txt").write_text("\n".join(classes) + "\n", encoding="utf-8")
    write_vocabulary(vocabulary, public / "vocabulary.txt")
    lines = (json.dumps({"text": text, "desk": name}) for text, name in given)
    (public / "requests.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.save(hidden / "inputs.text.npy", np.array([text for text, _, _ in kept]))
    np.save(hidden / "inputs.tokens.npy", np.array([numbers for _, numbers, _ in kept], dtype=np.int32))
    np.save(hidden / "targets.npy", np.array([classes.index(name) for _, _, name in kept], dtype=np.int64))
