"""Words, marks and Markdown."""

import pytest
from django.template import Context, Template

from guildmark.errors import AttemptClosed, BundleDamaged, Refused
from guildmark.rules.attempt import Phase
from guildmark.rules.contract import ModelFormat, TensorContract
from guildmark_portal.web import markdown, wording
from guildmark_portal.web.templatetags.guildmark import shape, suffix


@pytest.mark.parametrize(("seconds", "shown"), [(18_000, "5:00:00"), (17_999.9, "4:59:59"), (61, "0:01:01"), (-3, "0:00:00")])
def test_time_left_is_shown_as_a_clock(seconds: float, shown: str) -> None:
    assert wording.clock(seconds) == shown


@pytest.mark.parametrize(
    ("phase", "passed", "word", "tone"),
    [
        (Phase.RUNNING, None, "Running", "caution"),
        (Phase.DECIDED, True, "Passed", "good"),
        (Phase.DECIDED, False, "Not passed", "bad"),
        (Phase.DECIDED, None, "Finished", "plain"),
    ],
)
def test_an_attempt_has_a_word_and_a_tone(phase: Phase, *, passed: bool | None, word: str, tone: str) -> None:
    saying = wording.of_attempt(phase, passed=passed)
    assert (str(saying.word), saying.tone) == (word, tone)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (AttemptClosed(), "Nothing more can be submitted; the result follows."),
        (Refused(), "Load the page again to see where the exam stands."),
        (BundleDamaged(next_step="Fetch it again."), "Fetch it again."),
    ],
)
def test_a_refusal_tells_the_next_step_in_a_browser(error: Refused, step: str) -> None:
    assert wording.refusal(error) == f"{error.message} {step}"


@pytest.mark.parametrize(
    ("value", "filled", "label", "number"),
    [(0, 0, "0 of 5", "0/5"), (4, 4, "4 of 5", "4/5"), (None, 0, "no score yet", "\N{EN DASH}")],
)
def test_a_score_is_five_marks_that_fill_with_the_number_beside(
    value: int | None, filled: int, label: str, number: str
) -> None:
    html = Template("{% load guildmark %}{% score value %}").render(Context({"value": value}))
    assert (html.count("<path"), html.count('class="filled"')) == (5, filled)
    assert f'aria-label="{label}"' in html
    assert f">{number}<" in html


@pytest.mark.parametrize(("seconds", "words"), [(18_000, "5 hours"), (3600, "1 hour"), (5400, "90 minutes"), (60, "1 minute")])
def test_a_duration_is_said_in_hours_or_minutes(seconds: int, words: str) -> None:
    assert Template("{% load guildmark %}{{ value|duration }}").render(Context({"value": seconds})) == words


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("# A", "<h3>A</h3>\n"),
        ("##### A", "<h6>A</h6>\n"),
        ("[a](javascript:b)", "<p>[a](javascript:b)</p>\n"),
        ("![a](data:text/html,b)", "<p>![a](data:text/html,b)</p>\n"),
    ],
)
def test_markdown_stays_below_the_page_and_carries_no_code(text: str, html: str) -> None:
    assert markdown.to_html(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Category 1: House prices\n\nBuild.", "<p>Build.</p>\n"),
        ("# Before all\n\nBuild.", "<h3>Before all</h3>\n<p>Build.</p>\n"),
        ("House prices", "<p>House prices</p>\n"),
    ],
)
def test_a_first_heading_that_repeats_the_title_is_left_out(text: str, html: str) -> None:
    assert markdown.to_html(text, "House prices") == html


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1536, "1.5 KiB"),
        (20 * 1024 * 1024, "20 MiB"),
        (5_138_022, "4.9 MiB"),
    ],
)
def test_sizes_are_said_in_binary_units(count: int, words: str) -> None:
    assert wording.size(count) == words


def test_numbers_in_tables_are_aligned_by_a_class() -> None:
    html = markdown.to_html("| a |\n| ---: |\n| 1 |\n")
    assert html.count('class="number"') == 2
    assert "style" not in html


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (TensorContract((28, 28)), "(None, 28, 28) float32"),
        (TensorContract((3,), "int32", "left"), "left (None, 3) int32"),
        (TensorContract((), "string"), "(None,) string"),
    ],
)
def test_an_input_is_written_as_candidates_write_it(tensor: TensorContract, text: str) -> None:
    assert shape(tensor) == text


def test_a_file_chooser_offers_the_endings_of_the_formats() -> None:
    assert [suffix(allowed) for allowed in (ModelFormat.KERAS, ModelFormat.SAVED_MODEL)] == [".keras", ".zip"]
