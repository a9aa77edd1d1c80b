"""Metrics of classes: one class a row, or several labels at once."""

import numpy as np

from guildmark_grader.metrics.arrays import Numbers, misfit, require_rows

_BINARY_CUT = 0.5
_LABELLED_RANK = 2


def accuracy(predictions: Numbers, targets: Numbers) -> float:
    """The share of right classes, 0 to 1.

    `predictions` are (N, …, K) scores, of which the highest names the class (the first of several), or (N, …, 1) or (N,)
    probabilities of class 1, taken from 0.5 on. `targets` are class numbers of the shape (N, …).
    """
    scores = predictions[..., np.newaxis] if predictions.ndim == 1 else predictions
    if scores.ndim == 0 or scores.shape[:-1] != targets.shape:
        raise misfit(predictions, targets, "targets are class numbers, one for each row of scores")
    require_rows(targets)
    if scores.shape[-1] == 1:
        classes = (scores[..., 0].astype(np.float64) >= _BINARY_CUT).astype(np.int64)
    else:
        classes = scores.argmax(axis=-1)
    return float(np.mean(classes == targets))


def macro_f1(predictions: Numbers, targets: Numbers) -> float:
    """The mean over K labels of their F1, 0 to 1, so that a rare label counts as much as a common one.

    `predictions` are (N, K) probabilities, taken from 0.5 on. `targets` are (N, K) of 0 and 1, with a 1 for every label: the
    F1 of a label that no row has is not defined.
    """
    if predictions.ndim != _LABELLED_RANK or predictions.shape != targets.shape:
        raise misfit(predictions, targets, "both have a row for each example and a column for each label")
    require_rows(targets)
    if not np.isin(targets, (0, 1)).all():
        raise ValueError("targets of labels are 0 or 1")
    taken, true = predictions.astype(np.float64) >= _BINARY_CUT, targets.astype(bool)
    if not true.any(axis=0).all():
        raise ValueError(f"no row has label {int(np.argmin(true.any(axis=0)))}")
    hits = (taken & true).sum(axis=0)
    return float(np.mean(2 * hits / (taken.sum(axis=0) + true.sum(axis=0))))
