"""`pack check` as a whole: everything that is wrong is told in one go, with its line."""

from pathlib import Path

import pytest

from guildmark_grader.authoring.check import pack_problems
from guildmark_grader.authoring.repeats import repeat_problems

SUMS = "category1/sums"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ("[4.0, 3.0, 3.0, 1.0, 0.5]", "thresholds must get harder from score 1 to 5 (lower is better)"),
        ("[0.5, 1.0, 2.0, 3.0, 4.0]", "thresholds must get harder from score 1 to 5 (lower is better)"),
        ("[4.0, 3.0, 2.0, 1.0, -0.5]", "thresholds must not be negative"),
        ("[4.0, 3.0, 2.0, 1.0]", "bands need 5 thresholds, one for each score above 0; found 4"),
        ("[4.0, 3.0, 2.0, 1.0, nan]", "thresholds must be finite numbers"),
    ],
)
def test_bands_that_are_none_are_told_with_their_line(pack: Path, thresholds: str, message: str) -> None:
    edit(pack / SUMS / "task.toml", "[4.0, 3.0, 2.0, 1.0, 0.5]", thresholds)
    assert [str(problem) for problem in pack_problems(pack)] == [f"{SUMS}/task.toml:6: {message}"]


@pytest.mark.parametrize(
    ("role", "line"), [("nearly", 3), ('full"\nscore_at_least = "-1', 4)], ids=["an unknown role", "a score below 0"]
)
def test_a_reference_that_expects_what_cannot_be_is_told_with_its_line(pack: Path, role: str, line: int) -> None:
    edit(pack / SUMS / "reference" / "reference.toml", '"full"', f'"{role}"')
    assert [(problem.file, problem.line) for problem in pack_problems(pack)] == [(f"{SUMS}/reference/reference.toml", line)]


def test_hints_below_0_are_told_with_their_line(pack: Path) -> None:
    with (pack / SUMS / "task.toml").open("a") as task:
        task.write('\n[[hints]]\nup_to = -1\ntext = { en = "Try again." }\n')
    (problem,) = pack_problems(pack)
    assert str(problem).startswith(f"{SUMS}/task.toml:20: hints.1.up_to: ")


def test_everything_is_told_at_once(pack: Path) -> None:
    (pack / "SOURCES.md").unlink()
    edit(pack / "exam.toml", "weight = 100", "weight = 90")
    edit(pack / SUMS / "instructions.en.md", "{{bands}}", "Of shape (None, 7).")
    (pack / SUMS / "starter.py").write_text("def solution_model(:\n")
    assert [(problem.file, problem.line) for problem in pack_problems(pack)] == [
        ("exam.toml", None),
        ("SOURCES.md", None),
        (f"{SUMS}/starter.py", 1),
        (f"{SUMS}/instructions.en.md", 5),
        (f"{SUMS}/instructions.en.md", None),
    ]


def test_a_form_that_cannot_be_read_keeps_no_other_from_being_built(pack: Path) -> None:
    broken = pack / "category1" / "products"
    broken.mkdir()
    edit(pack / SUMS / "build.py", "    np.save(public", "    raise OSError\n    np.save(public")
    found = {(problem.file, problem.line) for problem in pack_problems(pack)}
    assert {("category1/products/task.toml", None), (f"{SUMS}/build.py", 10)} <= found


def test_starters_are_run_when_that_is_asked_for(pack: Path) -> None:
    assert pack_problems(pack) == ()
    problem, _title = pack_problems(pack, runs_starters=True)
    assert problem.file == f"{SUMS}/starter.py"
    assert problem.message.startswith("It ends as if all were well")


def test_a_starter_is_run_with_everything_that_a_candidate_gets(pack: Path) -> None:
    (pack / SUMS / "starter.py").write_text(
        '"""Sums."""\n\n'
        "import json\nfrom pathlib import Path\n\n\ndef solution_model():\n    return None\n\n\n"
        'print(json.loads(Path("task.json").read_text())["title"])\n'
        'raise SystemExit("The band for 5 is " + Path("instructions.en.md").read_text().partition("0.5")[1])\n'
    )
    assert pack_problems(pack, runs_starters=True) == ()


def test_a_starter_that_is_missing_or_has_no_category_is_told_of_once(pack: Path) -> None:
    (pack / SUMS / "starter.py").unlink()
    (pack / "category7").mkdir()
    (pack / SUMS).rename(pack / "category7" / "sums")
    assert [(problem.file, problem.message) for problem in pack_problems(pack, runs_starters=True)] == [
        ("category7", "exam.toml has no such category."),
        ("category1", "The category has no task form."),
    ]


@pytest.mark.parametrize(
    ("made", "names"),
    [
        ('(public / "now.txt").write_text(str(time.time_ns()))', "now.txt"),
        ('np.save(public / "a.npy", np.random.default_rng().random(9))', "a.npy"),
        ('(public / f"{os.urandom(4).hex()}.txt").touch()', None),
        ('np.save(hidden / "targets.npy", np.random.default_rng().random((10, 1)))', "targets.npy"),
        ('[(public / f"{k}.txt").write_text(str(time.time_ns())) for k in range(5)]', "0.txt, 1.txt, 2.txt …"),
    ],
)
def test_a_build_that_is_another_every_time_is_told(pack: Path, made: str, names: str | None) -> None:
    edit(pack / SUMS / "build.py", "    (public /", f"    import time\n    {made}\n    (public /")
    (problem,) = pack_problems(pack)
    assert problem.file == f"{SUMS}/build.py"
    start, _colon, rest = problem.message.partition(": ")
    assert start == "build.py gives other bytes for the same seed"
    assert rest.partition(".txt." if names is None else names)[2].removeprefix(".") == (
        " Draw everything from rng, in a fixed order, and read no clock."
    )


@pytest.mark.parametrize(
    ("made", "archive"),
    [
        ('gzip.open(public / "a.csv.gz", "wt").write("a,b")', "a.csv.gz"),
        ('gzip.GzipFile(public / "a.csv.gz", "wb", mtime=0).write(b"a,b")', None),
        ('zipfile.ZipFile(public / "a.zip", "w").write(public / "numbers.npy", "numbers.npy")', "a.zip"),
        ('np.savez_compressed(public / "a.npz", a=numbers[:30])', None),
        ('(public / "a.zip").write_bytes(b"PK\\x05\\x06")', None),
    ],
)
def test_an_archive_with_the_time_of_day_is_told_although_two_were_made_in_one_second(
    pack: Path, made: str, archive: str | None
) -> None:
    edit(pack / SUMS / "build.py", "    (public /", f"    import gzip, zipfile\n    {made}\n    (public /")
    found = [problem.message for problem in pack_problems(pack) if "time of day" in problem.message]
    told = f"build.py writes the time of day into {archive}. Give gzip mtime=0, and the entries of a zip a fixed date_time."
    assert found == ([told] if archive else [])


def test_two_builds_are_told_apart_by_every_name_that_is_not_the_same() -> None:
    assert repeat_problems({"a": "1", "b": "2"}, {"b": "2", "a": "1"}) == []
    (message,) = repeat_problems({"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"})
    assert message.startswith("build.py gives other bytes for the same seed: a, c, d. ")
