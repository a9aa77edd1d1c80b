"""Metrics on arrays with known answers."""

import numpy as np
import pytest

from guildmark_grader.metrics import METRICS, accuracy, mae, rmse


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
    assert set(METRICS) == {"accuracy", "mae", "rmse"}


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
