"""Metrics of numbers: how far predictions are from what happened."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from guildmark_grader.metrics.arrays import Numbers, misfit, require_rows


def mae(predictions: Numbers, targets: Numbers) -> float:
    """The mean absolute error over all values; both arrays have the same shape."""
    return float(np.mean(np.abs(_errors(predictions, targets))))


def rmse(predictions: Numbers, targets: Numbers) -> float:
    """The root of the mean squared error over all values; both arrays have the same shape."""
    return float(np.sqrt(np.mean(np.square(_errors(predictions, targets)))))


def quantile_loss(predictions: Numbers, targets: Numbers, levels: Sequence[float]) -> float:
    """The pinball loss over all values and levels (Koenker and Bassett 1978), in the unit of the targets.

    `predictions` are (N, …, Q): for each value of `targets`, (N, …), its quantiles at the Q `levels`. Below a quantile at the
    level q an error costs 1 - q times its size, above it q times. Quantiles that cross are wrong, but allowed.
    """
    if predictions.ndim == 0 or predictions.shape[:-1] != targets.shape:
        raise misfit(predictions, targets, "each target has a quantile for every level")
    if predictions.shape[-1] != len(levels):
        raise misfit(predictions, targets, f"the last axis must have one quantile for each of the {len(levels)} levels")
    require_rows(targets)
    require_rows(predictions)
    errors = targets.astype(np.float64)[..., np.newaxis] - predictions.astype(np.float64)
    shares = np.asarray(levels, np.float64)
    return float(np.mean(np.maximum(shares * errors, (shares - 1) * errors)))


def _errors(predictions: Numbers, targets: Numbers) -> NDArray[np.float64]:
    if predictions.shape != targets.shape:
        raise misfit(predictions, targets, "errors need one target for each value")
    require_rows(targets)
    return predictions.astype(np.float64) - targets.astype(np.float64)
