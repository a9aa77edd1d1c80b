from pathlib import Path
from typing import Any

import pytest

from guildmark.packs.model import TaskSpec
from guildmark.rules.counting import Counts
from guildmark_grader.authoring import statements
from guildmark_grader.authoring.statements import plain_thresholds, statement

TASK: dict[str, Any] = {
    "id": "sums",
    "title": {"en": "Sums", "ko": "덧셈", "zh-Hans": "求和"},
    "skills": ["A1"],
    "size_limit_mib": 5,
    "thresholds": [50.0, 42.0, 29.0, 24.5, 23.4],
    "input": {"shape": [9], "meaning": {"en": "Nine numbers.", "ko": "숫자 9개", "zh-Hans": "九个数"}},
    "output": {"shape": [1], "meaning": {"en": "Their sum.", "ko": "합", "zh-Hans": "和"}},
    "metric": {"name": "mae"},
}


def task(**changes: object) -> TaskSpec:
    return TaskSpec.model_validate({**TASK, **changes})


def test_the_two_markers_become_tables_and_sentences() -> None:
    assert statement(task(), "# Sums\n\n{{contract}}\n\nThen:\n\n{{bands}}\n", "en") == (
        "# Sums\n\n"
        "| | shape | type | meaning |\n"
        "| --- | --- | --- | --- |\n"
        "| input | `(None, 9)` | float32 | Nine numbers. |\n"
        "| output | `(None, 1)` | float32 | Their sum. |\n"
        "\n"
        "The first dimension is the batch.\n"
        "The file is a whole model, saved as `.keras` or `.h5`, of at most 5 MiB.\n"
        "Any built-in Keras layer may be used. A Lambda layer is never accepted, because it carries code.\n"
        "\n"
        "Then:\n\n"
        "| score | 1 | 2 | 3 | 4 | 5 |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| at most | 50.0 | 42.0 | 29.0 | 24.5 | 23.4 |\n"
        "\n"
        "You may submit as often as you like; the best submission counts, unless you pin another one.\n"
    )


@pytest.mark.parametrize(("language", "said"), [("en", "the last submission"), ("ko", "마지막 제출"), ("zh-Hans", "最后一次")])
def test_x1_the_bands_say_which_submission_counts(language: str, said: str) -> None:
    assert said not in statement(task(), "{{bands}}", language)
    assert said in statement(task(), "{{bands}}", language, counts=Counts.LAST)


@pytest.mark.parametrize(("language", "said"), [("en", "unless you pin"), ("ko", "고정하지 않는 한"), ("zh-Hans", "固定")])
@pytest.mark.parametrize("counts", list(Counts))
def test_x1_the_bands_say_that_a_pin_comes_before(language: str, said: str, counts: Counts) -> None:
    assert said in statement(task(), "{{bands}}", language, counts=counts)


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        ("ko", ["| 입력 | `(None, 9)` | float32 | 숫자 9개 |", "| 기준(이하) | 50.0 | 42.0 | 29.0 | 24.5 | 23.4 |"]),
        ("zh-Hans", ["| 输入 | `(None, 9)` | float32 | 九个数 |", "| 不高于 | 50.0 | 42.0 | 29.0 | 24.5 | 23.4 |"]),
        ("de", ["| input | `(None, 9)` | float32 | Nine numbers. |", "| at most | 50.0 | 42.0 | 29.0 | 24.5 | 23.4 |"]),
    ],
)
def test_each_language_has_its_own_words_and_others_have_english(language: str, rows: list[str]) -> None:
    lines = statement(task(), "{{contract}}\n{{bands}}", language).splitlines()
    assert [row for row in rows if row not in lines] == []


def test_a_language_without_sentences_still_has_the_authors_meanings() -> None:
    summed = {"shape": [1], "meaning": {"en": "Their sum.", "de": "Die Summe | alles."}}
    assert "| output | `(None, 1)` | float32 | Die Summe \\| alles. |" in statement(task(output=summed), "{{contract}}", "de")


def test_several_inputs_are_named_and_it_is_said_how_they_are_fed() -> None:
    meaning = {"en": "One."}
    inputs = [
        {"name": "picture", "shape": [6, 6], "dtype": "uint8", "meaning": meaning},
        {"name": "words", "shape": [], "dtype": "string", "meaning": meaning},
    ]
    lines = statement(task(input=inputs), "{{contract}}", "en").splitlines()
    assert lines[2:4] == [
        "| input `picture` | `(None, 6, 6)` | uint8 | One. |",
        "| input `words` | `(None,)` | string | One. |",
    ]
    assert "The model takes all of these inputs: by name where its own inputs have these names, else in this order." in lines


def test_formats_and_forbidden_layers_are_listed() -> None:
    chosen = task(formats=["keras", "h5", "saved_model"], forbidden_layers=["LSTM", "GRU", "RNN"])
    text = statement(chosen, "{{contract}}", "en")
    assert "saved as `.keras`, `.h5` or `.zip` (the zipped folder of a SavedModel), of at most 5 MiB." in text
    assert "Any built-in Keras layer may be used, except `LSTM`, `GRU` and `RNN`. A Lambda" in text
    assert "除 `LSTM`、`GRU` 和 `RNN` 外" in statement(chosen, "{{contract}}", "zh-Hans")
    assert "layer may" not in statement(task(formats=["onnx"]), "{{contract}}", "en")


def test_an_accuracy_has_to_be_reached_from_below() -> None:
    higher = task(metric={"name": "accuracy"}, thresholds=[0.6, 0.8, 0.9, 0.94, 0.96])
    assert "| at least | 0.60 | 0.80 | 0.90 | 0.94 | 0.96 |" in statement(higher, "{{bands}}", "en")


@pytest.mark.parametrize(
    ("thresholds", "shown"),
    [
        ((0.6, 0.75, 0.9), ("0.60", "0.75", "0.90")),
        ((50, 40, 3), ("50", "40", "3")),
        ((120000, 0.00005), ("120000.00000", "0.00005")),
        ((0.0375, 0.03), ("0.0375", "0.0300")),
    ],
)
def test_thresholds_lose_no_digit_and_line_up(thresholds: tuple[float, ...], shown: tuple[str, ...]) -> None:
    assert plain_thresholds(thresholds) == shown


def test_every_language_says_the_same_things() -> None:
    folder = Path(statements.__file__).parent / "wording"
    keys = {path.stem: set(statements._wording(path.stem).sentences) for path in folder.glob("*.toml")}
    assert set(keys) == {"en", "ko", "zh-Hans"}
    assert keys["ko"] == keys["zh-Hans"] == keys["en"]
