"""Little packs whose build.py states statistics, of public rows or of all, in several formats, of raw and of scaled rows."""

import itertools
from pathlib import Path

import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.lint.claims import Kind, kind_of
from guildmark_grader.authoring.lint.fitted import statistics_problems
from guildmark_grader.authoring.trial import built_variant

SECRET = b"0123456789abcdef0123456789abcdef"

HEAD = """\
import json

import numpy as np

NAMES = ["warmth", "wind", "height"]


def build(rng, sources, public, hidden):
    rows = rng.normal([20, 5, 900], [4, 2, 300], size=(400, 3)).round(2)
    given, kept = rows[:280], rows[280:]
    fitted = {"public": given, "all": rows, "hidden": kept}[FITTED]
"""

TAIL = """
    scaled = SCALED
    if scaled in ("hidden", "both"):
        kept = (kept - centre) / spread
    if scaled == "both":
        given = (given - centre) / spread
    SHARE
    np.save(hidden / "inputs.npy", kept.astype(np.float32))
    np.save(hidden / "targets.npy", kept.sum(axis=1, keepdims=True).astype(np.float32))
"""

MEAN = """\
    centre, spread = fitted.mean(axis=0), fitted.std(axis=0)
    names = "mean", "std"
"""
RANGE = """\
    centre, spread = fitted.min(axis=0), fitted.max(axis=0) - fitted.min(axis=0)
    names = "min", "max"
"""
SECOND = "np.where(np.array(names[1]) == 'max', centre + spread, spread)"

STATED = {
    "lists in JSON": f"""
    (public / "scaling.json").write_text(json.dumps({{names[0]: list(centre), names[1]: list({SECOND})}}))
""",
    "columns in JSON, rounded": f"""
    per = {{n: {{names[0]: round(c, 4), names[1]: round(s, 4)}} for n, c, s in zip(NAMES, centre, {SECOND})}}
    (public / "scaling.json").write_text(json.dumps(per))
""",
    "TOML": f"""
    tables = {{names[0]: centre, names[1]: {SECOND}}}
    text = "\\n".join(f"[{{n}}]\\n" + "\\n".join(f"{{c}} = {{v}}" for c, v in zip(NAMES, vs)) for n, vs in tables.items())
    (public / "scaling.toml").write_text(text)
""",
    "a small table": f"""
    lines = [["", *NAMES], [names[0], *centre], [names[1], *{SECOND}]]
    (public / "scaling.csv").write_text("\\n".join(",".join(map(str, line)) for line in lines))
""",
    "arrays": f"""
    np.savez(public / "scaling.npz", **{{names[0]: centre, names[1]: {SECOND}}})
""",
}
SHARED = {
    "a table": """
    lines = [["day", *NAMES], *([k, *row] for k, row in enumerate(given))]
    (public / "rows.csv").write_text("\\n".join(",".join(map(str, line)) for line in lines))
""",
    "an array": 'np.savez(public / "rows.npz", features=given, sums=given.sum(axis=1, keepdims=True))',
    "JSON": '(public / "rows.json").write_text(json.dumps([dict(zip(NAMES, row)) for row in given.tolist()]))',
}


EVERY_WAY = [
    *((stated, scaled, "a table") for stated in STATED for scaled in ("neither", "hidden")),
    *(("lists in JSON", scaled, shared) for scaled in ("neither", "hidden", "both") for shared in ("an array", "JSON")),
]


def found(pack: Path, script: str, shape: str = "[3]", output: str = "[1]") -> list[str]:
    form = pack / "category1" / "sums"
    task = (form / "task.toml").read_text()
    (form / "task.toml").write_text(task.replace("shape = [2]", f"shape = {shape}").replace("shape = [1]", f"shape = {output}"))
    (form / "build.py").write_text(script)
    read = read_pack(pack)
    variant = built_variant(read, read.forms[0], 0, secret=SECRET)
    return [str(problem) for problem in statistics_problems("category1/sums", read.forms[0], variant)]


def script(fitted: str, statistic: str, stated: str, scaled: str, shared: str) -> str:
    tail = TAIL.replace("SCALED", repr(scaled)).replace("    SHARE", shared if shared.startswith("\n") else f"    {shared}")
    return HEAD.replace("FITTED", repr(fitted)) + statistic + stated + tail


@pytest.mark.parametrize(("stated", "scaled", "shared"), EVERY_WAY)
def test_statistics_of_the_public_rows_are_fine(pack: Path, stated: str, scaled: str, shared: str) -> None:
    assert found(pack, script("public", MEAN, STATED[stated], scaled, SHARED[shared])) == []


@pytest.mark.parametrize(("stated", "scaled", "shared"), EVERY_WAY)
def test_statistics_of_all_rows_are_found(pack: Path, stated: str, scaled: str, shared: str) -> None:
    problems = found(pack, script("all", MEAN, STATED[stated], scaled, SHARED[shared]))
    assert len(problems) == 2
    assert all("as it is of public and hidden rows together" in problem for problem in problems)


@pytest.mark.parametrize(("stated", "scaled", "shared"), EVERY_WAY)
def test_statistics_of_the_hidden_rows_alone_are_found(pack: Path, stated: str, scaled: str, shared: str) -> None:
    problems = found(pack, script("hidden", MEAN, STATED[stated], scaled, SHARED[shared]))
    assert len(problems) == 2
    assert all("as it is of the hidden rows, and not of the public rows" in problem for problem in problems)


@pytest.mark.parametrize("shared", [*SHARED.values(), '(public / "rows.txt").write_text(str(given.tolist()))'])
def test_one_number_for_each_column_in_an_array_is_enough(pack: Path, shared: str) -> None:
    stated = '\n    np.save(public / "mean.npy", centre)\n'
    counts = {of: len(found(pack, script(of, MEAN, stated, "hidden", shared))) for of in ("public", "hidden")}
    assert counts == {"public": 0, "hidden": 1}


def test_a_single_number_that_is_met_by_chance_proves_nothing(pack: Path) -> None:
    stated = '\n    (public / "about.json").write_text(json.dumps({"mean": [centre[0], 5.5, 950.25]}))\n'
    assert found(pack, script("hidden", MEAN, stated, "neither", SHARED["a table"])) == []


@pytest.mark.parametrize("scaled", ["neither", "hidden", "both"])
@pytest.mark.parametrize("stated", ["lists in JSON", "a small table"])
def test_ranges_of_all_rows_are_found_and_of_public_rows_are_not(pack: Path, stated: str, scaled: str) -> None:
    assert found(pack, script("public", RANGE, STATED[stated], scaled, SHARED["a table"])) == []


@pytest.mark.parametrize("scaled", ["neither", "hidden"])
def test_a_range_that_only_hidden_rows_reach_is_found(pack: Path, scaled: str) -> None:
    wider = script("all", RANGE, STATED["lists in JSON"], scaled, SHARED["a table"]).replace(
        "    given, kept", "    rows[300:303] = [[40.5, -4.5, 900], [3.25, 5, 2500.5], [20, 12.5, -700.5]]\n    given, kept"
    )
    problems = found(pack, wider)
    assert [problem.partition(" states ")[2][:3] for problem in problems] == ["min", "max"]


def test_the_problem_names_file_key_column_and_line(pack: Path) -> None:
    problems = found(pack, script("all", MEAN, STATED["columns in JSON, rounded"], "hidden", SHARED["a table"]))
    assert problems[0].startswith("category1/sums/build.py:16: scaling.json states mean (warmth: 2")
    assert "Compute it from the public rows alone." in problems[0]


SERIES = """\
import json

import numpy as np


def windows(series, first, last, step):
    starts = range(first, last - 36, step)
    return (np.stack([series[k : k + 24] for k in starts]), np.stack([series[k + 24 : k + 36] for k in starts]))


def build(rng, sources, public, hidden):
    steps = np.cumsum(rng.normal(size=(1500, 2)), axis=0) * 0.05
    series = (rng.normal([20, 300], [4, 60], size=(1500, 2)) + steps * [4, 60]).round(3)
    fitted = {"public": series[:1000], "all": series[:1000 + 36 + 456], "hidden": series[1000 + GAP:1500]}[FITTED]
    centre, spread = fitted.mean(axis=0), fitted.std(axis=0)
    (public / "scaling.json").write_text(json.dumps({"mean": list(centre), "std": list(spread)}))
    lines = ["hour,a,b", *(f"{k},{a},{b}" for k, (a, b) in enumerate(series[:1000]))]
    (public / "series.csv").write_text("\\n".join(lines))
    past, future = windows((series - centre) / spread, 1000 + GAP, 1500, STEP)
    np.save(hidden / "inputs.npy", past.astype(np.float32))
    np.save(hidden / "targets.npy", future.astype(np.float32))
"""


@pytest.mark.parametrize(
    ("fitted", "step", "count"), [("public", 1, 0), ("public", 7, 0), ("all", 1, 2), ("all", 7, 2), ("hidden", 1, 2)]
)
def test_overlapping_windows_are_put_together_again(pack: Path, fitted: str, count: int, step: int) -> None:
    source = SERIES.replace("FITTED", repr(fitted)).replace("STEP", str(step)).replace("GAP", "0")
    assert len(found(pack, source, shape="[24, 2]", output="[12, 2]")) == count


PIXELS = """\
import json

import numpy as np


def build(rng, sources, public, hidden):
    images = rng.integers(0, 256, size=(300, 8, 8)).astype(np.uint8)
    fitted = images[:200] if FITTED == "public" else images
    share = fitted / 255
    (public / "pixels.json").write_text(json.dumps({"mean": round(share.mean(), 6), "std": round(share.std(), 6)}))
    np.savez(public / "images.npz", images=images[:200])
    np.save(hidden / "inputs.npy", images[200:].astype(np.float32) / KEPT)
    np.save(hidden / "targets.npy", images[200:, :1, 0].astype(np.float32))
"""


@pytest.mark.parametrize(("fitted", "count"), [("public", 0), ("all", 2)])
@pytest.mark.parametrize("kept", ["1", "255"])
def test_one_number_for_all_pixels_is_understood(pack: Path, fitted: str, count: int, kept: str) -> None:
    source = PIXELS.replace("FITTED", repr(fitted)).replace("KEPT", kept)
    assert len(found(pack, source, shape="[8, 8]")) == count


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("mean", Kind.MEAN),
        ("trainMean", Kind.MEAN),
        ("std_dev", Kind.DEVIATION),
        ("column_minimum", Kind.LOW),
        ("meaning", None),
        ("maximal", None),
        ("min_max", None),
    ],
)
def test_statistics_are_told_by_their_names(stated: str, kind: Kind | None) -> None:
    assert kind_of(stated) is kind


def test_numbers_that_are_no_statistic_of_anything_are_left_alone(pack: Path) -> None:
    known = STATED["lists in JSON"].replace("list(centre)", "[0.485, 0.456, 0.406]").replace(f"list({SECOND})", "[4, 2, 300]")
    for fitted, scaled in itertools.product(("public", "all"), ("neither", "hidden")):
        assert found(pack, script(fitted, MEAN, known, scaled, SHARED["a table"])) == []
