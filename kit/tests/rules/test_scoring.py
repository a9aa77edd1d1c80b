from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.scoring import MAX_SCORE, Bands, Direction, PassRule, is_pass, rounded, weighted_total

finite = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)


@st.composite
def bands(draw):
    """Bands whose thresholds are exact at four digits."""
    steps = draw(st.lists(st.integers(-(10**9), 10**9), min_size=MAX_SCORE, max_size=MAX_SCORE, unique=True))
    direction = draw(st.sampled_from(Direction))
    ordered = sorted(steps, reverse=direction is Direction.LOWER)
    return Bands(tuple(step / 10_000 for step in ordered), direction)


def is_better(one, other, direction):
    return one > other if direction is Direction.HIGHER else one < other


@given(bands(), finite, finite)
def test_a_better_metric_never_scores_less(cut, one, other):
    better, worse = (one, other) if is_better(one, other, cut.direction) else (other, one)
    assert cut.score(better) >= cut.score(worse)


@given(bands())
def test_a_threshold_itself_earns_its_score(cut):
    assert [cut.score(threshold) for threshold in cut.thresholds] == [1, 2, 3, 4, 5]


@given(bands())
def test_a_hair_short_of_a_threshold_does_not_earn_it(cut):
    hair = -0.0001 if cut.direction is Direction.HIGHER else 0.0001
    for score, threshold in enumerate(cut.thresholds, 1):
        assert cut.score(rounded(threshold + hair)) < score or rounded(threshold + hair) == threshold


@given(bands(), st.floats(min_value=-0.00004, max_value=0.00004))
def test_x3_the_last_bits_of_a_processor_never_decide_a_score(cut, noise):
    small = Bands(tuple(t / 10**4 for t in cut.thresholds), cut.direction) if _is_strict(cut) else None
    if small is not None:
        assert [small.score(rounded(t) + noise) for t in small.thresholds] == [
            small.score(rounded(t)) for t in small.thresholds
        ]


def _is_strict(cut):
    scaled = [t / 10**4 for t in cut.thresholds]
    return len({rounded(t) for t in scaled}) == MAX_SCORE


@given(bands(), finite)
def test_x2_the_next_threshold_is_the_one_that_earns_one_more(cut, value):
    score, threshold = cut.score(value), cut.next_threshold(value)
    assert (threshold is None) == (score == MAX_SCORE)
    if threshold is not None:
        assert cut.score(threshold) == score + 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_metric_that_is_no_number_is_never_scored(value):
    with pytest.raises(ValueError, match="finite"):
        Bands((1, 2, 3, 4, 5), Direction.HIGHER).score(value)


@pytest.mark.parametrize(
    ("thresholds", "direction"),
    [
        ((1.0, 2.0, 3.0, 4.0), Direction.HIGHER),
        ((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), Direction.HIGHER),
        ((1.0, 2.0, 2.0, 4.0, 5.0), Direction.HIGHER),
        ((1.0, 2.0, 3.0, 4.0, 5.0), Direction.LOWER),
        ((5.0, 4.0, 3.0, 2.0, 1.0), Direction.HIGHER),
        ((1.0, 2.0, 3.0, 4.0, float("inf")), Direction.HIGHER),
        ((1.0, 2.0, float("nan"), 4.0, 5.0), Direction.HIGHER),
    ],
)
def test_bands_that_do_not_get_harder_are_refused(thresholds, direction):
    with pytest.raises(ValueError, match="thresholds"):
        Bands(thresholds, direction)


weights = st.lists(st.integers(1, 100), min_size=1, max_size=8).map(lambda ws: {f"category{n}": w for n, w in enumerate(ws, 1)})


@st.composite
def exam(draw):
    chosen = draw(weights)
    scores = {c: draw(st.integers(0, MAX_SCORE)) for c in chosen if draw(st.booleans())}
    return scores, chosen


@given(exam())
def test_c1_the_weighted_total_is_exact(sat):
    scores, chosen = sat
    assert weighted_total(scores, chosen) * MAX_SCORE == sum(chosen[c] * s for c, s in scores.items())


@given(exam())
def test_s7_a_category_without_a_submission_counts_zero(sat):
    scores, chosen = sat
    assert weighted_total(scores, chosen) == weighted_total({c: scores.get(c, 0) for c in chosen}, chosen)


@given(weights)
def test_c1_full_scores_are_all_points(chosen):
    assert weighted_total(dict.fromkeys(chosen, MAX_SCORE), chosen) == sum(chosen.values())


@given(exam())
def test_scores_of_unknown_categories_count_nothing(sat):
    scores, chosen = sat
    assert weighted_total({**scores, "category99": 5}, chosen) == weighted_total(scores, chosen)


@given(exam(), st.integers(0, 800))
def test_c1_the_weighted_rule_passes_at_the_mark_and_not_below(sat, mark):
    scores, chosen = sat
    assert is_pass(scores, chosen, PassRule.WEIGHTED, mark) == (weighted_total(scores, chosen) >= mark)


def test_c1_a_fraction_short_of_the_mark_is_no_pass():
    chosen = {"category1": 33, "category2": 67}
    assert weighted_total({"category1": 4, "category2": 5}, chosen) == Fraction(467, 5)
    assert is_pass({"category1": 4, "category2": 5}, chosen, PassRule.WEIGHTED, 93) is True
    assert is_pass({"category1": 4, "category2": 5}, chosen, PassRule.WEIGHTED, 94) is False


@given(exam())
def test_c1_the_full_rule_wants_five_everywhere(sat):
    scores, chosen = sat
    assert is_pass(scores, chosen, PassRule.ALL_FULL, 0) == all(scores.get(c) == MAX_SCORE for c in chosen)
