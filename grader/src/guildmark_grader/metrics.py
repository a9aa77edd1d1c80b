"""Metrics: predictions and hidden targets become one number, in double precision.

Arrays may hold floats of any width or whole numbers; predictions are finite (others never get here). Arrays that do not belong
together raise `ValueError`: nothing is ever broadcast or squeezed until it fits.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

_BINARY_CUT = 0.5

Numbers = NDArray[np.generic]


def accuracy(predictions: Numbers, targets: Numbers) -> float:
    """The share of right classes, 0 to 1.

    `predictions` are (N, …, K) scores, of which the highest names the class (the first of several), or (N, …, 1) or (N,)
    probabilities of class 1, taken from 0.5 on. `targets` are class numbers of the shape (N, …).
    """
    scores = predictions[..., np.newaxis] if predictions.ndim == 1 else predictions
    if scores.ndim == 0 or scores.shape[:-1] != targets.shape:
        raise _misfit(predictions, targets, "targets are class numbers, one for each row of scores")
    _require_rows(targets)
    if scores.shape[-1] == 1:
        classes = (scores[..., 0].astype(np.float64) >= _BINARY_CUT).astype(np.int64)
    else:
        classes = scores.argmax(axis=-1)
    return float(np.mean(classes == targets))


def mae(predictions: Numbers, targets: Numbers) -> float:
    """The mean absolute error over all values; both arrays have the same shape."""
    return float(np.mean(np.abs(_errors(predictions, targets))))


def rmse(predictions: Numbers, targets: Numbers) -> float:
    """The root of the mean squared error over all values; both arrays have the same shape."""
    return float(np.sqrt(np.mean(np.square(_errors(predictions, targets)))))


def _errors(predictions: Numbers, targets: Numbers) -> NDArray[np.float64]:
    if predictions.shape != targets.shape:
        raise _misfit(predictions, targets, "errors need one target for each value")
    _require_rows(targets)
    return predictions.astype(np.float64) - targets.astype(np.float64)


def _require_rows(targets: Numbers) -> None:
    if not targets.size:
        raise ValueError("there are no rows to score")


def _misfit(predictions: Numbers, targets: Numbers, rule: str) -> ValueError:
    return ValueError(f"predictions of shape {predictions.shape} for targets of shape {targets.shape}: {rule}")


METRICS: Mapping[str, Callable[[Numbers, Numbers], float]] = {"accuracy": accuracy, "mae": mae, "rmse": rmse}
"""By the name in `task.toml`."""
