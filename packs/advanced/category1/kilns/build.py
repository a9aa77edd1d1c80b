"""Data of the form: the books of an invented tile works, drawn from the seed alone, with the faults that real books have.

First everything is true: what went into each firing, and how strong its tiles became (`firings`). Then the books are kept badly
(`faults`, below): each fault has a cause that can be found, such as a clerk, a date, a kiln or a laboratory, and hits an equal
share of the firings in every variant. The hidden rows are true.

What a variant draws at will does not change how hard it is: the order of the inputs, who makes which mistake, the dates, and
which way a quantity works. The law is scaled to one spread.
"""

import csv
import datetime as dt
import json

import numpy as np

GIVEN, HIDDEN = 4000, 2000
FIRST_DAY, DAYS = dt.date(2023, 1, 2), 720
KILNS, LINES = 12, ("A", "B")
CLERKS = ("Alder", "Birch", "Cedar", "Hazel", "Maple")
LABORATORIES = ("Granite", "Marble", "Quartz", "Slate")
POUNDS, NOISE, MEAN, SPREAD = 2.20462, 0.5, 30.0, 6.0
GAPS, ODD_UNITS = 0.02, 0.1  # the share of cells of a quantity left out, and of loads weighed in pounds by any clerk

# Name, unit, lowest, highest, whether it is spread evenly in its logarithm, and the decimals that are written.
QUANTITIES = {
    "moisture": ("percent", 4, 14, False, 2),
    "load": ("kg", 200, 1600, True, 1),
    "dryer": ("degrees Celsius", 45, 125, False, 1),
    "peak": ("degrees Celsius", 980, 1140, False, 1),
    "soak": ("minutes", 20, 140, False, 0),
    "grain": ("micrometres", 40, 200, True, 1),
    "feldspar": ("percent", 5, 30, False, 2),
    "draught": ("pascals", 8, 40, False, 1),
}
MEASURED = [name for name in QUANTITIES if name != "draught"]  # the draught belongs to the kiln


def build(rng, sources, public, hidden):
    order = [str(name) for name in rng.permutation(list(QUANTITIES))]
    draughts = np.round(rng.permutation(np.linspace(8, 40, KILNS)), 1)
    strength_of = drawn_law(rng)
    true = firings(rng, GIVEN, draughts)
    strength = strength_of(true) + rng.normal(0, NOISE, GIVEN)
    kept_back = firings(rng, HIDDEN, draughts)

    columns = [str(name) for name in rng.permutation(MEASURED)]
    write_book(public / "firings.csv", rng, columns, true, strength)
    write_json(public / "kilns.json", {"kilns": [{"kiln": k + 1, "draught": float(draughts[k])} for k in range(KILNS)]})
    write_json(public / "laboratories.json", {"laboratories": tested(rng, strength)})
    inputs = [dict(zip(("name", "unit", "lowest", "highest"), (name, *QUANTITIES[name][:3]), strict=True)) for name in order]
    write_json(public / "inputs.json", {"inputs": inputs})

    np.save(hidden / "inputs.npy", np.stack([kept_back[name] for name in order], axis=1).astype(np.float32))
    np.save(hidden / "targets.npy", strength_of(kept_back)[:, None].astype(np.float32))


def firings(rng, count, draughts):
    """What went into `count` firings, by name; `kiln` counts from 0."""
    kiln = rng.permutation(np.arange(count) % KILNS)
    drawn = {"kiln": kiln, "draught": draughts[kiln]}
    for name in MEASURED:
        _, low, high, logarithmic, decimals = QUANTITIES[name]
        place = rng.permutation((np.arange(count) + rng.uniform(0, 1, count)) / count)
        values = low * (high / low) ** place if logarithmic else low + (high - low) * place
        drawn[name] = np.round(values, decimals)
    return drawn


def drawn_law(rng):
    """The strength of a firing's tiles in megapascals, without chance."""
    way = dict(zip(QUANTITIES, rng.choice([-1.0, 1.0], len(QUANTITIES)), strict=True))
    best, shift = rng.uniform(-0.1, 0.1), rng.choice([-0.35, 0.35])

    def law(fired):
        u = {name: way[name] * evenly(name, fired[name]) for name in QUANTITIES}
        hump = -1.5 * (u["peak"] - best - shift * u["feldspar"]) ** 2
        straight = 1.0 * u["load"] + 0.8 * u["dryer"] + 0.8 * u["moisture"] + 0.6 * u["grain"] + 0.4 * u["draught"]
        return hump + straight + 0.8 * u["soak"] * u["peak"] + 0.7 * u["moisture"] * u["dryer"] + 0.5 * u["load"] * u["grain"]

    sample = law(firings(rng, 20_000, np.linspace(8, 40, KILNS)))
    return lambda fired: MEAN + SPREAD * (law(fired) - sample.mean()) / sample.std()


def evenly(name, values):
    """From -1 at the lowest to 1 at the highest."""
    _, low, high, logarithmic, _ = QUANTITIES[name]
    place = np.log(values / low) / np.log(high / low) if logarithmic else (values - low) / (high - low)
    return 2 * place - 1


def write_book(path, rng, columns, true, strength):
    """The book of firings, a row each in the order of days, with all its faults."""
    days = np.sort(rng.integers(0, DAYS, GIVEN))
    line = true["kiln"] % len(LINES)
    clerk = rng.permutation(np.arange(GIVEN) % len(CLERKS))
    comma, clock, pounds = rng.choice(len(CLERKS), 3, replace=False)
    values = {name: true[name].copy() for name in MEASURED}

    # One line's dryer has a new thermometer from a day on, in degrees Fahrenheit, which nobody wrote down.
    renewed = (line == rng.integers(len(LINES))) & (days >= DAYS * rng.uniform(0.45, 0.5))
    values["dryer"][renewed] = np.round(values["dryer"][renewed] * 1.8 + 32, 1)
    # One clerk, and now and then another, weighs in pounds, and says so in the column of units.
    in_pounds = (clerk == pounds) | (rng.uniform(size=GIVEN) < ODD_UNITS)
    values["load"][in_pounds] = np.round(values["load"][in_pounds] * POUNDS, 1)
    # The sensor of two kilns breaks: it shows the same number ever after, a plausible one.
    for kiln in rng.choice(KILNS, 2, replace=False):
        broken = (true["kiln"] == kiln) & (days >= DAYS * rng.uniform(0.3, 0.4))
        values["peak"][broken] = np.round(rng.uniform(1030, 1090), 1)
    # Cracks are counted after the firing. They tell of the strength, and are not known when a model is asked.
    cracked = np.round(np.clip(40 - strength + rng.normal(0, 2.5, GIVEN), 0, None), 1)

    header = ["batch", "fired", "entered", "clerk", "line", "kiln", *columns, "load_unit", "cracked"]
    rows = []
    for k in range(GIVEN):
        cells = {name: f"{values[name][k]:.{QUANTITIES[name][4]}f}" for name in columns}
        if clerk[k] == clock:
            hours, minutes = divmod(int(values["soak"][k]), 60)
            cells["soak"] = f"{hours}:{minutes:02d}"
        cells |= {name: str(rng.choice(["", "NA", "n/a", "-", "-999"])) for name in columns if rng.uniform() < GAPS}
        cells |= {"load_unit": "lb" if in_pounds[k] else "kg", "cracked": f"{cracked[k]:.1f}"}
        cells |= {"line": LINES[line[k]], "kiln": spelled(rng, true["kiln"][k] + 1), "clerk": CLERKS[clerk[k]]}
        if clerk[k] == comma:
            cells |= {name: cells[name].replace(".", ",") for name in (*columns, "cracked")}
        fired = FIRST_DAY + dt.timedelta(days=int(days[k]))
        cells |= {"batch": f"B-{k + 1:05d}", "fired": str(fired), "entered": str(fired + dt.timedelta(days=1))}
        rows.append(cells)
    # Some batches were entered with the numbers of another, and entered again, right, some days later.
    for k in rng.choice(GIVEN, GIVEN // 16, replace=False):
        wrong = {name: rows[rng.integers(GIVEN)][name] for name in (*columns, "load_unit")}
        corrected = str(dt.date.fromisoformat(rows[k]["entered"]) + dt.timedelta(days=int(rng.integers(2, 9))))
        rows += [{**rows[k], "entered": corrected}]
        rows[k] = {**rows[k], **wrong}
    # And some lines stand twice.
    rows += [rows[place] for place in rng.choice(GIVEN, GIVEN // 40, replace=False)]
    rows.sort(key=lambda row: (row["fired"], row["batch"], rng.uniform()))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, header, delimiter=";", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def spelled(rng, kiln):
    """The number of a kiln as one of the clerks may write it."""
    return str(rng.choice([f"{kiln}", f"K{kiln}", f"k-{kiln:02d}", f"Kiln {kiln}", f" {kiln} "]))


def tested(rng, strength):
    """Each laboratory with its results; one of them has mixed up its samples."""
    laboratory = rng.permutation(np.arange(GIVEN) % len(LABORATORIES))
    mixed_up = rng.integers(len(LABORATORIES))
    found = []
    for number, name in enumerate(LABORATORIES):
        batches = np.flatnonzero(laboratory == number)
        measured = rng.permutation(strength[batches]) if number == mixed_up else strength[batches]
        order = rng.permutation(len(batches))
        pairs = zip(batches[order].tolist(), measured[order].tolist(), strict=True)
        results = [{"sample": f"b{k + 1}", "strength": round(value, 2)} for k, value in pairs]
        found.append({"laboratory": name, "results": results})
    return found


def write_json(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
