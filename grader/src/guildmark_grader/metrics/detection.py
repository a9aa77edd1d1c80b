"""The metric of object detection.

Each class is judged by itself. Within an image, a class's boxes are taken from the highest score down (the first of equals).
A box that overlaps a better one of its class by more than half is dropped: class-wise non-maximum suppression, done here so
that a model can answer with all its boxes. A box that stays is right if it overlaps an object of its class by at least half
that no better box has found; of several objects it finds the one that it overlaps most (the first of equals). Overlap is the
intersection over the union, of boxes that are cut to the image. Boxes of a very low score count as not given.

The average precision of a class is the area under its curve of precision over recall, all images together, where the
precision at a recall is the best at that recall or any higher one. Boxes of the same score count as one step of the curve, so
that the order of the images changes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from guildmark_grader.metrics.arrays import Numbers, misfit, require_rows

LOWEST_SCORE = 0.05
"""A box with a lower score for a class is not given for it."""
OVERLAP = 0.5
"""The least overlap of a right box, and the most of two boxes of one class that both stay."""

_RANK = 3
_BOX, _OBJECT = 4, 5
_PAIRS_AT_ONCE = 2**21
"""So many overlaps are held in memory at a time."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def mean_average_precision(predictions: Numbers, targets: Numbers) -> float:
    """The mean over K classes of the average precision, 0 to 1.

    `predictions` are (N, P, 4 + K): P boxes a row (x_min, y_min, x_max, y_max in 0 to 1), then a score for each class.
    `targets` are (N, M, 5): the class number, or -1 where there is no object, then its box. Every class has an object.
    """
    if predictions.ndim != _RANK or targets.ndim != _RANK or targets.shape[-1] != _OBJECT:
        raise misfit(predictions, targets, "boxes with scores are (N, P, 4 + K), and objects (N, M, 5)")
    if len(predictions) != len(targets) or predictions.shape[-1] <= _BOX:
        raise misfit(predictions, targets, "there are as many rows of each, and at least one class")
    require_rows(targets)
    scores = predictions[..., _BOX:].astype(np.float64).transpose(0, 2, 1)
    boxes = np.clip(predictions[..., :_BOX].astype(np.float64), 0.0, 1.0)
    objects = np.clip(targets[..., 1:].astype(np.float64), 0.0, 1.0)
    # (N, K, M): which objects are of which class
    wanted = targets[:, np.newaxis, :, 0] == np.arange(scores.shape[1])[:, np.newaxis]
    totals = wanted.sum(axis=(0, 2))
    if not totals.all():
        raise ValueError(f"no image has an object of class {int(np.argmin(totals))}")

    step = max(1, _PAIRS_AT_ONCE // max(1, boxes.shape[1] * max(boxes.shape[1], objects.shape[1])))
    blocks = [slice(first, first + step) for first in range(0, len(boxes), step)]
    judged = [_judged(boxes[block], scores[block], objects[block], wanted[block]) for block in blocks]
    ranked, stays, right = (np.concatenate(parts).swapaxes(0, 1) for parts in zip(*judged, strict=True))
    of_classes = zip(ranked, stays, right, totals, strict=True)
    return float(np.mean([_average_precision(score[kept], hit[kept], int(total)) for score, kept, hit, total in of_classes]))


def _judged(boxes: Floats, scores: Floats, objects: Floats, wanted: Flags) -> tuple[Floats, Flags, Flags]:
    """For each image and class, from the best box down: the scores (B, K, P), whether the box stays, whether it is right."""
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=-1)
    stays, right = ranked >= LOWEST_SCORE, np.zeros(ranked.shape, dtype=np.bool_)
    doubles, fits = _overlaps(boxes, boxes) > OVERLAP, _overlaps(boxes, objects)
    free = wanted.copy()  # objects that no box has found yet
    image = np.arange(len(boxes))[:, np.newaxis]
    for rank in range(boxes.shape[1]):
        if not stays[..., rank:].any():
            break
        box, given = order[..., rank], stays[..., rank]
        double = np.take_along_axis(doubles[image, box], order[..., rank + 1 :], axis=-1)
        stays[..., rank + 1 :] &= ~(double & given[..., np.newaxis])
        fit = np.where(free, fits[image, box], 0.0)
        nearest = fit.argmax(axis=-1)[..., np.newaxis]
        found = given & (np.take_along_axis(fit, nearest, axis=-1)[..., 0] >= OVERLAP)
        right[..., rank] = found
        left = np.take_along_axis(free, nearest, axis=-1) & ~found[..., np.newaxis]
        np.put_along_axis(free, nearest, left, axis=-1)
    return ranked, stays, right


def _overlaps(boxes: Floats, others: Floats) -> Floats:
    """The intersection over the union of every box (B, P, 4) with every other (B, M, 4): (B, P, M); 0 where both are empty."""
    low = np.maximum(boxes[:, :, np.newaxis, :2], others[:, np.newaxis, :, :2])
    high = np.minimum(boxes[:, :, np.newaxis, 2:], others[:, np.newaxis, :, 2:])
    shared: Floats = np.prod(np.maximum(high - low, 0.0), axis=-1)
    united = _areas(boxes)[:, :, np.newaxis] + _areas(others)[:, np.newaxis, :] - shared
    return np.divide(shared, united, out=np.zeros_like(shared), where=united > 0.0)


def _areas(boxes: Floats) -> Floats:
    """What boxes cover; 0 for one whose ends are swapped."""
    areas: Floats = np.prod(np.maximum(boxes[..., 2:] - boxes[..., :2], 0.0), axis=-1)
    return areas


def _average_precision(scores: Floats, right: Flags, total: int) -> float:
    """The area under the curve of one class that has `total` objects."""
    order = np.argsort(-scores, kind="stable")
    falling, hits = -scores[order], right[order]
    given = np.searchsorted(falling, falling, side="right")  # as many boxes have this score or a higher one
    precision = np.cumsum(hits)[given - 1] / given
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_from_here[hits].sum() / total)
