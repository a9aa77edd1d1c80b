"""Instructions that promise what is not so: metrics, shapes without a batch, and files."""

from pathlib import Path

import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.lint.promises import file_problems, promise_problems

SUMS = "category1/sums"
TEXT = """\
# Sums

| file | content |
| --- | --- |
| `numbers.npy` | thirty rows |
| `train/` | pictures |
| `starter.py`, `train/a.png` | the rest |

## What the model must look like

{{contract}}

PLACE

## How it is scored

The metric is METRIC.

{{bands}}
"""


def promised(pack: Path, text: str, shape: str = "[2]") -> list[tuple[int | None, str]]:
    (pack / SUMS / "instructions.en.md").write_text(text, encoding="utf-8")
    task = (pack / SUMS / "task.toml").read_text()
    (pack / SUMS / "task.toml").write_text(task.replace("shape = [2]", f"shape = {shape}"))
    return [(problem.line, problem.message) for problem in promise_problems(SUMS, read_pack(pack).forms[0])]


@pytest.mark.parametrize("metric", ["mae", "`mae`", "the mean absolute error", "평균 절대 오차입니다", "MAE입니다", "an error"])
def test_the_metric_of_the_task_is_fine_in_every_language(pack: Path, metric: str) -> None:
    assert promised(pack, TEXT.replace("METRIC", metric)) == []


@pytest.mark.parametrize(
    ("metric", "found"), [("accuracy", "accuracy"), ("`rmse`", "rmse"), ("RMSE입니다", "rmse"), ("macro_f1", "macro_f1")]
)
def test_another_metric_is_told(pack: Path, metric: str, found: str) -> None:
    message = f"The text says {found}, and not mae, which is the metric in task.toml. Write that."
    assert promised(pack, TEXT.replace("METRIC", metric)) == [(17, message)]


def test_another_metric_is_no_matter_beside_the_right_one_or_in_another_section(pack: Path) -> None:
    assert promised(pack, TEXT.replace("METRIC", "mae, not accuracy")) == []
    assert promised(pack, TEXT.replace("METRIC", "strict").replace("PLACE", "Watch your accuracy.")) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The input has shape `(3, 64)`.",
        "It takes (32, 3).",
        "| input | `(64, 4)` | float32 |",
        "입력은 `(3, 64)`입니다.",
    ],
)
def test_a_shape_without_the_batch_is_compared_too(pack: Path, sentence: str) -> None:
    problems = promised(pack, TEXT.replace("METRIC", "mae").replace("PLACE", sentence), "[64, 3]")
    assert [(line, message.partition(" is ")[2][:32]) for line, message in problems] == [
        (13, "the shape of no input or output:")
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "The input has shape `(64, 3)`.",
        "The input has 64 rows (3).",
        "Put `Reshape((3, 64))` after the input.",
        "An input is cut from `signals` of shape (900, 64, 3).",
        "A picture has (60, 40) pixels.",
    ],
)
def test_a_shape_that_is_right_or_of_something_else_is_fine(pack: Path, sentence: str) -> None:
    assert promised(pack, TEXT.replace("METRIC", "mae").replace("PLACE", sentence), "[64, 3]") == []


def test_files_that_a_candidate_does_not_get_are_told(pack: Path) -> None:
    (pack / SUMS / "instructions.en.md").write_text(TEXT, encoding="utf-8")
    form = read_pack(pack).forms[0]
    assert list(file_problems(SUMS, form, given=("numbers.npy", "train/a.png"))) == []
    problems = [str(problem) for problem in file_problems(SUMS, form, given=("train/a.png",))]
    message = "numbers.npy is promised, but a candidate does not get it. Let build.py write it, or drop the row."
    assert problems == [f"{SUMS}/instructions.en.md:5: {message}"]


def test_a_table_of_something_else_is_left_alone(pack: Path) -> None:
    text = "# Sums\n\n| column | meaning |\n| --- | --- |\n| `rate.max` | the highest |\n"
    (pack / SUMS / "instructions.en.md").write_text(text, encoding="utf-8")
    assert list(file_problems(SUMS, read_pack(pack).forms[0], given=("numbers.npy",))) == []
