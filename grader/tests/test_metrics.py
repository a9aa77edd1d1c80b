"""Metrics on arrays with known answers, and against plain definitions that go number by number."""

from statistics import fmean
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from guildmark.packs.metric import MetricSpec
from guildmark_grader.metrics import METRICS, accuracy, macro_f1, mae, measured, quantile_loss, rmse

LEVELS = (0.1, 0.5, 0.9)


def test_the_highest_score_names_the_class():
    predictions = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]], np.float32)
    assert accuracy(predictions, np.array([1, 0, 0, 0])) == 0.75


def test_one_probability_counts_for_class_one_from_a_half_on():
    predictions = np.array([[0.5], [0.49], [0.9], [0.1]], np.float32)
    assert accuracy(predictions, np.array([1, 1, 1, 0])) == 0.75


def test_errors_are_taken_over_all_values():
    predictions, targets = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [1.0, 1.0]])
    assert mae(predictions, targets) == 1.5
    assert rmse(predictions, targets) == pytest.approx(np.sqrt(14 / 4), rel=1e-15)


def test_arrays_of_different_shape_are_never_broadcast():
    with pytest.raises(ValueError, match="shape"):
        mae(np.zeros((4, 1)), np.zeros(4))


def test_every_metric_of_a_pack_is_here():
    named = get_args(MetricSpec.model_fields["name"].annotation)
    assert {*METRICS, "quantile_loss"} == set(named)


def test_a_metric_is_measured_as_its_task_says():
    predictions, targets = np.array([[0.0, 1.0, 2.0]]), np.array([1.0])
    spec = MetricSpec(name="quantile_loss", levels=LEVELS)
    assert measured(spec, predictions, targets) == pytest.approx(0.2 / 3, rel=1e-12)
    assert measured(MetricSpec(name="mae"), targets, targets) == 0.0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int32", "int64", "uint8"])
@pytest.mark.parametrize("target_dtype", ["int8", "int64", "uint8", "float16", "float64"])
def test_every_kind_of_number_is_scored_alike(dtype, target_dtype):
    classes = np.array([0, 1, 1, 0], target_dtype)
    assert accuracy(np.array([[2, 1], [0, 3], [5, 4], [1, 1]], dtype), classes) == 0.75
    assert accuracy(np.array([[0], [1], [0], [0]], dtype), classes) == 0.75
    values = np.array([[0], [100], [100], [3]], dtype)
    assert mae(values, np.array([[100], [0], [100], [4]], target_dtype)) == 50.25
    assert rmse(values, np.array([[100], [0], [100], [4]], target_dtype)) == np.sqrt(20001 / 4)


def test_narrow_floats_are_summed_in_double_precision():
    predictions, targets = np.full((70_000, 1), 1.5, np.float16), np.full((70_000, 1), 0.5, np.float32)
    assert (mae(predictions, targets), rmse(predictions, targets)) == (1.0, 1.0)
    large = np.full((4, 1), 6e4, np.float16)
    assert rmse(large, -large) == 2 * float(large[0, 0])


def test_one_number_a_row_is_a_probability_as_well():
    assert accuracy(np.array([0.5, 0.2, 0.9], np.float32), np.array([1, 1, 1])) == 2 / 3


def test_a_class_for_each_step_of_a_sequence_is_counted():
    scores = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.3, 0.7], [0.6, 0.4]]], np.float32)
    assert accuracy(scores, np.array([[0, 1], [1, 1]])) == 0.75


@pytest.mark.parametrize(
    ("predictions", "targets"),
    [((4, 3), (4, 1)), ((4, 3), (4, 3)), ((4, 3), (5,)), ((4, 4), (1,)), ((4, 2, 3), (4,)), ((4,), (4, 1)), ((), ())],
)
def test_classes_that_do_not_belong_to_the_scores_are_refused_with_both_shapes(predictions, targets):
    with pytest.raises(ValueError, match="for targets of shape") as refused:
        accuracy(np.zeros(predictions), np.zeros(targets))
    assert f"{predictions} for targets of shape {targets}: targets are class numbers" in str(refused.value)


@pytest.mark.parametrize("metric", [accuracy, mae, rmse])
def test_nothing_is_no_score(metric):
    with pytest.raises(ValueError, match="no rows"):
        metric(np.zeros((0, 1)), np.zeros((0,) if metric is accuracy else (0, 1)))


def test_an_error_above_a_quantile_costs_its_level_and_below_it_the_rest():
    above, below = np.array([[[5.0, 5.0, 5.0]]]), np.array([[[-5.0, -5.0, -5.0]]])
    assert quantile_loss(above, np.array([[0.0]]), LEVELS) == pytest.approx(5 * (0.9 + 0.5 + 0.1) / 3, rel=1e-12)
    assert quantile_loss(below, np.array([[0.0]]), LEVELS) == pytest.approx(5 * (0.1 + 0.5 + 0.9) / 3, rel=1e-12)


def test_the_loss_at_the_median_alone_is_half_the_absolute_error():
    predictions, targets = np.array([[1.0], [4.0]]), np.array([3.0, 4.5])
    assert quantile_loss(predictions, targets, (0.5,)) == mae(predictions[:, 0], targets) / 2


@given(st.data())
def test_quantile_loss_is_the_mean_over_rows_steps_and_levels(data):
    rows, steps = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    numbers = st.floats(-100, 100, width=32)
    predictions = data.draw(arrays(np.float32, (rows, steps, len(LEVELS)), elements=numbers))
    targets = data.draw(arrays(np.float32, (rows, steps), elements=numbers))
    losses = []
    for row, step in np.ndindex(rows, steps):
        for level, quantile in zip(LEVELS, predictions[row, step].tolist(), strict=True):
            error = float(targets[row, step]) - quantile
            losses.append(level * error if error >= 0 else (level - 1) * error)
    assert quantile_loss(predictions, targets, LEVELS) == pytest.approx(fmean(losses), rel=1e-9, abs=1e-12)


@given(arrays(np.float64, 9, elements=st.floats(-50, 50)), st.floats(0.05, 0.95), st.floats(-50, 50))
def test_no_constant_beats_the_empirical_quantile(values, level, other):
    best = np.quantile(values, level, method="inverted_cdf")
    losses = [quantile_loss(np.full((9, 1), constant), values, (level,)) for constant in (best, other)]
    assert losses[0] <= losses[1] + 1e-9


@pytest.mark.parametrize(("predictions", "targets"), [((4, 3), (4, 3)), ((4, 3), (4, 1)), ((4, 2, 3), (4, 3)), ((), ())])
def test_quantiles_that_do_not_belong_to_the_targets_are_refused(predictions, targets):
    with pytest.raises(ValueError, match="each target has a quantile for every level"):
        quantile_loss(np.zeros(predictions), np.zeros(targets), LEVELS)


def test_a_quantile_for_every_level_is_asked_for():
    with pytest.raises(ValueError, match="one quantile for each of the 3 levels"):
        quantile_loss(np.zeros((4, 2)), np.zeros(4), LEVELS)


def test_a_label_is_taken_from_a_half_on_and_a_rare_one_counts_as_much():
    predictions = np.array([[0.5, 0.9], [0.7, 0.2], [0.49, 0.1], [0.9, 0.3]], np.float32)
    targets = np.array([[1, 0], [1, 0], [0, 0], [1, 1]], np.int8)
    assert macro_f1(predictions, targets) == 0.5
    assert macro_f1(targets, targets) == 1.0


@given(st.data())
def test_macro_f1_is_the_mean_of_precision_and_recall_in_harmony(data):
    rows, labels = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 4))
    predictions = data.draw(arrays(np.float32, (rows, labels), elements=st.floats(0, 1, width=32)))
    targets = data.draw(arrays(np.uint8, (rows, labels), elements=st.integers(0, 1)))
    targets[data.draw(st.integers(0, rows - 1))] = 1
    scores = []
    for label in range(labels):
        pairs = list(zip(predictions[:, label].tolist(), targets[:, label].tolist(), strict=True))
        hits = sum(probability >= 0.5 and true for probability, true in pairs)
        taken = sum(probability >= 0.5 for probability, _true in pairs)
        if not hits:
            scores.append(0.0)
            continue
        precision, recall = hits / taken, hits / sum(true for _probability, true in pairs)
        scores.append(2 * precision * recall / (precision + recall))
    assert macro_f1(predictions, targets) == pytest.approx(fmean(scores), rel=1e-12)


@given(st.permutations(range(6)), st.permutations(range(3)))
def test_neither_the_order_of_rows_nor_that_of_labels_changes_macro_f1(rows, labels):
    rng = np.random.default_rng(3)
    predictions, targets = rng.uniform(size=(6, 3)), np.eye(3, dtype=np.int64)[[0, 1, 2, 0, 1, 2]]
    shuffled = macro_f1(predictions[rows][:, labels], targets[rows][:, labels])
    assert shuffled == pytest.approx(macro_f1(predictions, targets), rel=1e-12)


@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        (np.zeros((4, 2)), np.zeros((4, 1)), "a row for each example and a column for each label"),
        (np.zeros(4), np.zeros(4), "a row for each example and a column for each label"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "there are no rows to score"),
        (np.zeros((2, 2)), np.array([[0, 1], [2, 1]]), "targets of labels are 0 or 1"),
        (np.ones((2, 3)), np.array([[0, 1, 0], [1, 1, 0]]), "no row has label 2"),
    ],
)
def test_labels_that_cannot_be_scored_are_refused(predictions, targets, message):
    with pytest.raises(ValueError, match=message):
        macro_f1(predictions, targets)
