from collections.abc import Mapping
from pathlib import Path

import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.lint.contract import contract_problems

SUMS = "category1/sums"
STATED = """\
# Sums

| | shape | type |
| --- | --- | --- |
| input | `(None, 2)` | float32 |
| output | `(None, 1)` | float32 |

The file is saved as `.keras`, of at most 1 MiB.

| score | 1 | 2 | 3 | 4 | 5 |
| --- | --- | --- | --- | --- | --- |
| at most | 4.0 | 3 | 2.0 | 1.0 | 0.50 |
"""
MARKED = "# Sums\n\n{{contract}}\n\n{{bands}}\n"


def found(pack: Path, text: str, changes: Mapping[str, str] | None = None) -> list[tuple[str, int | None, str]]:
    form = pack / SUMS
    (form / "instructions.en.md").write_text(text, encoding="utf-8")
    task = (form / "task.toml").read_text()
    for old, new in (changes or {}).items():
        assert old in task
        task = task.replace(old, new)
    (form / "task.toml").write_text(task, encoding="utf-8")
    problems = contract_problems(SUMS, read_pack(pack).forms[0])
    return [(problem.file.removeprefix(f"{SUMS}/"), problem.line, problem.message) for problem in problems]


def test_markers_and_true_tables_are_fine(pack: Path) -> None:
    assert found(pack, MARKED) == []
    assert found(pack, STATED) == []


def test_a_text_that_says_nothing_of_contract_or_bands_is_told_of_the_markers(pack: Path) -> None:
    assert found(pack, "# Sums\n") == [
        (
            "instructions.en.md",
            None,
            "The text does not say what goes into the model and comes out. Write a line {{contract}} where that belongs.",
        ),
        (
            "instructions.en.md",
            None,
            "The text does not say what earns which score. Write a line {{bands}} where that belongs.",
        ),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "`(None, 2)`",
            "`(None, 3)`",
            5,
            "(None, 3) is the shape of no input or output: task.toml says (None, 2) and (None, 1)",
        ),
        ("`(None, 2)` | float32", "`(None, 2)` | int32", 5, "(None, 2) is said to be int32; task.toml says float32."),
        ("at most 1 MiB", "at most 2 MiB", 8, "2 MiB is not the limit of size; task.toml says 1 MiB."),
        ("`.keras`", "`.keras` or `.h5`", 8, ".h5 is promised, but task.toml does not take that format."),
        ("`.keras`", "`mymodel.onnx`", 8, "mymodel.onnx is promised, but task.toml does not take that format."),
        ("| 2.0 |", "| 2.5 |", 12, "2.5 is said to earn 3; task.toml says 2.0."),
        ("| at most |", "| at least |", 12, "For mae, lower is better, and the row says at least."),
        ("# Sums\n", "# Sums\n{{contrct}}\n", 2, "{{contrct}} is no marker; there are {{contract}} and {{bands}}."),
        ("# Sums\n", "# Sums\nSee {{bands}}\n", 2, "{{bands}} is replaced only where it has a line of its own."),
    ],
)
def test_what_contradicts_the_task_is_told_with_its_line(pack: Path, old: str, new: str, line: int, message: str) -> None:
    problems = found(pack, STATED.replace(old, new, 1))
    assert [(file, number) for file, number, _message in problems][:1] == [("instructions.en.md", line)]
    assert problems[0][2].startswith(message)


@pytest.mark.parametrize(
    "harmless",
    [
        "A network in `features.h5` is provided, of 40 MiB.",
        "A file in `.h5` is not accepted.",
        "Convolutions take four axes: `(None, width, height, 3)`.",
        "| (None) | 1 | 2 |",
        "The archive `photos.zip` holds the photographs.",
    ],
)
def test_what_is_no_promise_is_left_alone(pack: Path, harmless: str) -> None:
    assert found(pack, f"{MARKED}\n{harmless}\n") == []


def test_tips_hints_and_meanings_are_compared_too(pack: Path) -> None:
    task = 'tips = [{ en = "It takes (None, 9)." }, { en = "At most 5 MiB." }]\n\n[input]\nshape = [2]'
    problems = found(pack, MARKED, {"[input]\nshape = [2]": task})
    assert [(file, line, message[:30]) for file, line, message in problems] == [
        ("task.toml", 8, "(None, 9) is the shape of no i"),
        ("task.toml", 8, "5 MiB is not the limit of size"),
    ]


@pytest.mark.parametrize("sentence", ["파일 크기는 2 MiB 이하여야 합니다.", "文件大小不超过 2 MiB。"])
def test_every_language_is_read(pack: Path, sentence: str) -> None:
    assert [line for _file, line, _message in found(pack, f"{MARKED}\n{sentence}\n")] == [7]
