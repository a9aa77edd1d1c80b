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
