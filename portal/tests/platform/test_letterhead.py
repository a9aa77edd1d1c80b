"""The HTML of a letter: made from its text, escaped, with nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils.translation import override

from guildmark_portal.mail.letterhead import Block, blocks, dressed

TEXT = """Hello Ada,

you passed Tiny exam.

◆◆◆◆◆  5/5  1. Area 1
◆◆◆◇◇  3/5  2. Area 2

Your certificate, which anybody can check:
https://exam.example/certificates/7/

- one thing
- another

Every submission:
https://exam.example/exam/7/result/
"""


def test_a_text_is_read_by_its_lines() -> None:
    assert blocks(TEXT) == [
        Block("paragraph", ("Hello Ada,",)),
        Block("paragraph", ("you passed Tiny exam.",)),
        Block("scores", ("◆◆◆◆◆  5/5  1. Area 1", "◆◆◆◇◇  3/5  2. Area 2")),
        Block("paragraph", ("Your certificate, which anybody can check:",)),
        Block("link", ("https://exam.example/certificates/7/",)),
        Block("list", ("one thing", "another")),
        Block("paragraph", ("Every submission:",)),
        Block("button", ("https://exam.example/exam/7/result/",)),
    ]


def test_c2_scores_stand_in_columns() -> None:
    (block,) = blocks("◆◆◆◆◆  5/5  1. Area 1\n◇◇◇◇◇  0 %  Texts")
    assert block.rows == [("◆◆◆◆◆", "", "5/5", "1. Area 1"), ("", "◇◇◇◇◇", "0 %", "Texts")]


@pytest.mark.parametrize("line", ["◆◆◆◆  4/5  four marks", "◇◆◆◆◆  4/5  out of order", "◆◆◆◆◆ 5/5 close", "  5/5  none"])
def test_other_lines_with_marks_are_text(line: str) -> None:
    assert [block.kind for block in blocks(line)] == ["paragraph"]


@pytest.mark.parametrize("code", ["BCDF-GHJK", "123456"])
def test_a_code_stands_out(code: str) -> None:
    assert blocks(f"Enter this code:\n\n{code}\n\nIt is valid once.")[1] == Block("code", (code,))


def test_paragraphs_of_the_same_kind_stay_apart() -> None:
    assert [block.lines for block in blocks("a\nb\n\n\nc")] == [("a", "b"), ("c",)]


def test_whatever_a_letter_says_is_text_and_never_markup() -> None:
    html = dressed("<b>Subject</b>", 'Hello <script>alert("x")</script>,\n\n- <img src=x>\n\nhttps://e.example/?a=1&b="2">')
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>Subject" not in html
    assert 'href="https://e.example/?a=1&amp;b=&quot;2&quot;&gt;"' in html


def test_only_addresses_of_the_web_become_links() -> None:
    assert [block.kind for block in blocks("javascript:alert(1)\n\nfile:///etc/passwd")] == ["paragraph", "paragraph"]


def test_nothing_is_loaded_from_elsewhere(settings) -> None:
    html = dressed("Your result", TEXT)
    assert re.findall(r"<(?:img|link|script|iframe|video|object)\b|url\(|@import|\bsrc=", html) == []
    wanted = {"https://exam.example/certificates/7/", "https://exam.example/exam/7/result/", settings.PORTAL_URL}
    assert set(re.findall(r'href="([^"]+)"', html)) == wanted


def test_the_organisation_heads_it(settings) -> None:
    settings.ORGANISATION = "Guild of <Examiners>"
    assert "Guild of &lt;Examiners&gt;" in dressed("s", "b")


def test_the_number_of_a_certificate_stays_on_one_line() -> None:
    html = dressed("s", "Your certificate GM-7KXQ-2MVP-RT43 ends.\nNot so ABCD-EFGH-JKLM-NPQR.")
    assert re.findall(r"nowrap;\">([^<]+)</span>", html) == ["GM-7KXQ-2MVP-RT43"]
    assert "Your certificate <span" in html


@pytest.mark.parametrize(
    ("language", "family", "is_broken_between_words"),
    [("en", "sans-serif", False), ("ko", "'Noto Sans KR'", True), ("zh-hans", "'Noto Sans SC'", False)],
)
def test_it_asks_for_fonts_of_its_language_alone(language: str, family: str, *, is_broken_between_words: bool) -> None:
    with override(language):
        html = dressed("s", "b")
    named = set(re.findall(r"'Noto Sans \w\w'", html))
    assert (family in html, named - {family}, "word-break:keep-all" in html) == (True, set(), is_broken_between_words)


def test_its_colours_are_those_of_the_pages() -> None:
    tokens = Path(finders.find("guildmark/tokens.css")).read_text()
    assert (
        set(re.findall(r"#[0-9a-f]{6}", dressed("s", TEXT + "\nBCDF-GHJK\n"))) - set(re.findall(r"#[0-9a-f]{6}", tokens))
        == set()
    )
