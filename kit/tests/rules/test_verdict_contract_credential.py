import calendar
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.contract import TensorContract, alternatives_in, fits, note_alternatives, shape_text
from guildmark.rules.reasons import REASONS
from guildmark.rules.validity import months_after
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import describe

shapes = st.lists(st.integers(1, 300), max_size=4).map(tuple)


def gaps(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", REASONS)
def test_x2_every_reason_is_a_sentence_that_its_params_fill(code):
    reason = REASONS[code]
    text = describe(code, dict.fromkeys(gaps(reason.sentence), "THIS"))
    assert (reason.code, text.endswith("."), "{" in text) == (code, True, False)
    assert text.count("THIS") >= len(gaps(reason.sentence))


@pytest.mark.parametrize("code", [code for code in REASONS if gaps(REASONS[code].sentence)])
def test_a_gap_that_is_not_filled_is_an_error(code):
    with pytest.raises(KeyError):
        describe(code, {})


def test_an_unknown_reason_is_an_error():
    with pytest.raises(KeyError):
        describe("no.such.reason", {})


@pytest.mark.parametrize(
    ("code", "params", "said"),
    [
        ("graded.full", {"metric": "accuracy", "value": 0.98}, "Full score: Accuracy is 0.98."),
        (
            "graded.quality",
            {"metric": "mae", "unit": "kW", "value": 12.5, "threshold": 11},
            "error is 12.5 kW; the next point needs 11 kW",
        ),
        ("graded.far", {"metric": "new_one", "value": 2.0, "threshold": 1.0}, "new_one is 2.0; the first point needs 1.0"),
    ],
)
def test_x2_a_metric_is_said_by_its_name_with_its_unit(code, params, said):
    assert said in describe(code, params)
    assert ("Mean absolute error" in describe(code, params)) is (params["metric"] == "mae")


def test_a_sentence_is_translated_before_it_is_filled():
    assert describe("layer.lambda", {"name": "{value}"}, lambda sentence: sentence.upper().replace("{NAME}", "{name}")) == (
        "THE MODEL HAS A LAMBDA LAYER ({value}), WHICH IS NEVER ACCEPTED: IT CARRIES CODE. USE BUILT-IN LAYERS INSTEAD."
    )


TEXT = TensorContract((), "string")
TOKENS, MORE_TOKENS = TensorContract((5,)), TensorContract((6,))


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        (note_alternatives([TOKENS]), "(None, 5)"),
        (note_alternatives([TEXT]), "(None,)"),
        (note_alternatives([TEXT, TOKENS]), "(None,) of text or (None, 5)"),
        (note_alternatives([TOKENS, MORE_TOKENS, TEXT]), "(None, 5) or (None, 6) or (None,) of text"),
        ("(None,) of text or (None, 5)", "(None,) of text or (None, 5)"),  # as older reports have it
    ],
)
def test_several_shapes_are_told_in_words(expected, shown):
    sentence = describe("contract.input_shape", {"found": "(None, 4)", "expected": expected})
    assert f"inputs of shape (None, 4); this task feeds {shown}. Change" in sentence


def test_several_shapes_are_told_in_the_readers_language():
    korean = {"{one} or {other}": "{one} 또는 {other}", "{shape} of text": "텍스트 {shape}"}
    params = {"found": "(None, 4)", "expected": note_alternatives([TOKENS, TEXT])}
    told = describe("contract.input_shape", params, lambda sentence: korean.get(sentence, sentence))
    assert "this task feeds (None, 5) 또는 텍스트 (None,). Change" in told


def test_a_size_is_told_in_the_readers_language():
    told = describe("file.too_large", {"found": 1025, "limit": 1024}, lambda sentence: sentence.replace("bytes", "바이트"))
    assert "The file has 1025 바이트; this task takes at most 1024 바이트." in told


@given(st.lists(st.tuples(shapes, st.sampled_from(["float32", "string"])), min_size=2, max_size=4))
def test_what_is_noted_of_several_shapes_can_be_read_again(tensors):
    noted = note_alternatives([TensorContract(shape, dtype) for shape, dtype in tensors])
    assert alternatives_in(noted) == [(shape_text(shape), dtype == "string") for shape, dtype in tensors]


def test_only_a_fault_of_the_grader_is_ours():
    assert [verdict for verdict in Verdict if verdict.is_ours] == [Verdict.GRADER_ERROR]
    assert {reason.verdict for reason in REASONS.values()} == set(Verdict)


@given(shapes, st.data())
def test_a_free_dimension_fits_any_length(expected, data):
    found = tuple(None if data.draw(st.booleans()) else length for length in expected)
    assert fits(expected, found) is True


@given(shapes, shapes)
def test_closed_shapes_fit_only_themselves(expected, found):
    assert fits(expected, found) == (expected == found)


@given(shapes)
def test_another_rank_never_fits(expected):
    assert fits(expected, (None,) * (len(expected) + 1)) is False


@given(shapes)
def test_a_shape_is_written_as_python_writes_it_with_a_free_batch(shape):
    assert shape_text(shape) == str((None, *shape))


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@given(days, st.integers(0, 600))
def test_c6_a_certificate_ends_on_the_same_day_of_a_later_month(start, months):
    end = months_after(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == min(start.day, calendar.monthrange(end.year, end.month)[1])


def test_c6_36_months_from_a_leap_day():
    assert months_after(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 31), 0) == date(2026, 12, 31)


@given(days, st.integers(0, 300), st.integers(0, 300))
def test_more_months_never_end_earlier(start, some, more):
    assert months_after(start, some) <= months_after(start, some + more)
