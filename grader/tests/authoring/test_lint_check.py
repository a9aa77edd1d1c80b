"""`pack check` as a whole: everything that is wrong is told in one go, with its line."""

from pathlib import Path

import pytest

from guildmark_grader.authoring.check import pack_problems

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
    assert {("category1/products/task.toml", None), (f"{SUMS}/build.py", 9)} <= found


def test_starters_are_run_when_that_is_asked_for(pack: Path) -> None:
    assert pack_problems(pack) == ()
    problem, _title = pack_problems(pack, runs_starters=True)
    assert problem.file == f"{SUMS}/starter.py"
    assert problem.message.startswith("It ends as if all were well")
