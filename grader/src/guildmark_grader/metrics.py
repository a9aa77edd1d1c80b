"""Metrics: predictions and hidden targets become one number, in double precision."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

_BINARY_CUT = 0.5

Numbers = NDArray[np.generic]


def accuracy(predictions: Numbers, targets: Numbers) -> float:
    """The share of rows with the right class, 0 to 1.

    `predictions` are (N, K) scores, of which the highest names the class, or (N, 1) probabilities of class 1, taken from
    0.5 on. `targets` are (N,) class numbers.
    """
    if predictions.shape[-1] == 1:
        classes = (predictions[..., 0].astype(np.float64) >= _BINARY_CUT).astype(np.int64)
    else:
        classes = predictions.argmax(axis=-1)
    return float(np.mean(classes == targets))


def mae(predictions: Numbers, targets: Numbers) -> float:
    """The mean absolute error over all values; both arrays have the same shape."""
    return float(np.mean(np.abs(_errors(predictions, targets))))


def rmse(predictions: Numbers, targets: Numbers) -> float:
    """The root of the mean squared error over all values; both arrays have the same shape."""
    return float(np.sqrt(np.mean(np.square(_errors(predictions, targets)))))


def _errors(predictions: Numbers, targets: Numbers) -> NDArray[np.float64]:
    if predictions.shape != targets.shape:
        raise ValueError(f"predictions of shape {predictions.shape} for targets of shape {targets.shape}")
    return predictions.astype(np.float64) - targets.astype(np.float64)


METRICS: Mapping[str, Callable[[Numbers, Numbers], float]] = {"accuracy": accuracy, "mae": mae, "rmse": rmse}
"""By the name in `task.toml`."""
