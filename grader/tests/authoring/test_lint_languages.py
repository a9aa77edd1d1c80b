import re
from pathlib import Path

import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.lint.languages import exam_language_problems, language_problems
from guildmark_grader.authoring.lint.markdown import Text

SUMS = "category1/sums"
ENGLISH = """\
# Sums

Two numbers go in, and 3,000 rows are kept back for a whole day of tests.

| file | content |
| --- | --- |
| `numbers.npy` | 30 pairs, of 28 by 28 pixels |

## Advice

- Use a `Dense` layer, and at least 0.50 of the rows.
- Begin with 10,000 steps.
"""
KOREAN = """\
# 덧셈

숫자 2개가 들어가며, 하루 동안의 시험을 위해 3,000행을 공개하지 않습니다.

| 파일 | 내용 |
| --- | --- |
| `numbers.npy` | 28×28 픽셀로 된 쌍 30개 |

## 도움말

- `Dense` 레이어를 쓰고, 행의 0.5 이상을 사용하십시오.
- 1만 단계로 시작하십시오.
"""  # noqa: RUF001 - the sign of a product, as people write it


def found(pack: Path, korean: str) -> list[tuple[int | None, str]]:
    form = pack / SUMS
    for path in (pack / "exam.toml", form / "task.toml"):
        text = re.sub(r'(\{ en = "([^"]*)") \}', r'\1, ko = "한국어" }', path.read_text())
        path.write_text(text.replace('languages = ["en"]', 'languages = ["en", "ko"]'), encoding="utf-8")
    (form / "instructions.en.md").write_text(ENGLISH, encoding="utf-8")
    (form / "instructions.ko.md").write_text(korean, encoding="utf-8")
    return [(problem.line, problem.message) for problem in language_problems(SUMS, read_pack(pack).forms[0])]


def test_a_faithful_translation_is_fine(pack: Path) -> None:
    assert found(pack, KOREAN) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("## 도움말", "### 도움말", 9, "Its headings have the levels # ###, the English ones # ##."),
        ("- 1만 단계로 시작하십시오.\n", "", None, "It has 1 list items, the English text 2."),
        ("| `numbers.npy`", "| `a` | 하나 |\n| `numbers.npy`", None, "It has 3 rows of tables, the English text 2."),
        ("`Dense`", "`LSTM`", 11, "`LSTM` stands here 1 time(s), in the English text 0."),
        ("`Dense`", "Dense", None, "`Dense` stands in the English text 1 time(s), here 0."),
        ("3,000행", "4,000행", 3, "4000 stands in this text and not, or not as often, in the English one."),
        ("30개", "서른 개", None, "30 stands in line 7 of the English text and not, or not as often, here."),
        ("# 덧셈\n", "# 덧셈\n\n```\nx = 1\n```\n", None, "It has 1 lines of fenced code, the English text 0."),
        (
            "- 1만 단계로 시작하십시오.",
            "- Use a `Dense` layer, and at least 0.50 of the rows.",
            12,
            "This is still English: 'Use a `Dense` layer, and at least 0.50 of the rows.'. Translate it.",
        ),
    ],
)
def test_what_lags_behind_is_told(pack: Path, old: str, new: str, line: int | None, message: str) -> None:
    problems = found(pack, KOREAN.replace(old, new))
    assert [(number, text) for number, text in problems if text.startswith(message)] != []
    assert line in [number for number, _text in problems]


def test_texts_of_the_task_that_were_only_copied_are_found(pack: Path) -> None:
    task = pack / SUMS / "task.toml"
    copied = '{ en = "The sum of the two of them.", ko = "The sum of the two of them." }'
    task.write_text(task.read_text().replace('{ en = "Their sum." }', copied))
    assert found(pack, KOREAN) == [
        (14, "The text in ko is still English: 'The sum of the two of them.'. Translate it."),
    ]


def test_names_may_be_the_same_in_every_language_and_titles_that_are_sentences_may_not(pack: Path) -> None:
    found(pack, KOREAN)
    exam = pack / "exam.toml"
    exam.write_text(exam.read_text(encoding="utf-8").replace('ko = "한국어"', 'ko = "A tiny exam"', 1), encoding="utf-8")
    assert list(exam_language_problems(read_pack(pack))) == []
    longer = exam.read_text(encoding="utf-8").replace("A tiny exam", "An exam that is tiny and short")
    exam.write_text(longer, encoding="utf-8")
    assert [(problem.file, problem.line) for problem in exam_language_problems(read_pack(pack))] == [("exam.toml", 4)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1. Two of 3,000.50 rows in `Conv2D(8)`", ["3000.5"]),
        ("float32, Conv2D and [here](a/1.md)", []),
        ("약 2만 5,000개, 共3万条", ["20000", "5000", "30000"]),
        ("28×28×3, 24 x 7", ["28", "28", "3", "24", "7"]),  # noqa: RUF001 - the sign of a product
        ("0.960 and 1.5万", ["0.96", "15000"]),
    ],
)
def test_numbers_are_read_in_every_notation(text: str, numbers: list[str]) -> None:
    assert [number.text for number in Text(text).numbers] == numbers
