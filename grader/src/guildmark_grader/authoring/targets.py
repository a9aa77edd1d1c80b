"""The hidden targets of a form, held against what its metric asks of them."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from guildmark.i18n import _
from guildmark.packs.model import TaskSpec
from guildmark.packs.names import TARGETS
from guildmark_grader.authoring.arrays import CLASS_NUMBERS, REAL_NUMBERS, array_problems

CLASS_METRICS = ("accuracy", "macro_f1")
"""They compare class numbers and labels, whose values say nothing by their size."""
_BOX = 4
_OBJECT_RANK = 3
_RAREST = 0.1
"""The rarest class has at least so large a part of the mean share of a class."""

Numbers = NDArray[np.generic]


def target_problems(task: TaskSpec, rows: int, targets: Numbers) -> list[str]:
    """Everything that is wrong with `targets` for `rows` rows of input."""
    return _CHECKS.get(task.metric.name, _values)(task, rows, targets)


def _values(task: TaskSpec, rows: int, targets: Numbers) -> list[str]:
    """Numbers in the shape of the output."""
    return array_problems(TARGETS, targets, (rows, *task.output.shape), REAL_NUMBERS)


def _values_of_quantiles(task: TaskSpec, rows: int, targets: Numbers) -> list[str]:
    """One number where the output has a quantile for each level."""
    return array_problems(TARGETS, targets, (rows, *task.output.shape[:-1]), REAL_NUMBERS)


def _classes(task: TaskSpec, rows: int, targets: Numbers) -> list[str]:
    """Class numbers, without the last axis of the output, and enough of each class."""
    shape = task.output.shape
    classes = max([*shape[-1:], 2])
    problems = array_problems(TARGETS, targets, (rows, *shape[:-1]), CLASS_NUMBERS)
    problems = problems or _unknown_classes(targets, first=0, last=classes - 1)
    # Of an answer for each step of a sequence, or each pixel, some classes are rare by nature.
    return problems or (_rare_classes(targets, classes) if targets.ndim == 1 else [])


def _rare_classes(targets: Numbers, classes: int) -> list[str]:
    """Classes that an accuracy hardly depends on: a model that has not learnt them loses nothing."""
    counts = np.bincount(targets.astype(np.int64).ravel(), minlength=classes)
    mean = targets.size / classes
    without = _("No row of {name} has class {label}.")
    few = _(
        "Only {count} of the {rows} answers in {name} are class {label}: with {classes} classes, keep back {least} at least."
    )
    told = {"name": TARGETS, "rows": targets.size, "classes": classes, "least": int(np.ceil(_RAREST * mean))}
    return [
        (few if count else without).format(label=label, count=count, **told)
        for label, count in enumerate(counts.tolist())
        if count < _RAREST * mean or not count
    ]


def _labels(task: TaskSpec, rows: int, targets: Numbers) -> list[str]:
    """A 0 or a 1 for each label, and no label without rows: its F1 would not be defined."""
    problems = array_problems(TARGETS, targets, (rows, *task.output.shape), REAL_NUMBERS)
    if problems:
        return problems
    if not np.isin(targets, (0, 1)).all():
        return [_("{name} has labels other than 0 and 1.").format(name=TARGETS)]
    without = np.flatnonzero(~targets.astype(bool).any(axis=0))
    return [_("No row of {name} has label {label}.").format(name=TARGETS, label=label) for label in without]


def _objects(task: TaskSpec, rows: int, targets: Numbers) -> list[str]:
    """Places for objects, each with a class number (or -1 for none) and a box, and no class without objects."""
    slots = targets.shape[1] if targets.ndim == _OBJECT_RANK else 0
    problems = array_problems(TARGETS, targets, (rows, max(slots, 1), 1 + _BOX), REAL_NUMBERS)
    if problems:
        return problems
    classes = task.output.shape[-1] - _BOX
    numbers = targets[..., 0].astype(np.float64)
    if problems := _unknown_classes(numbers, first=-1, last=classes - 1):
        return problems
    low, high = np.split(targets[numbers >= 0][:, 1:].astype(np.float64), 2, axis=1)
    if not ((low >= 0) & (low < high) & (high <= 1)).all():
        problems.append(_("{name} has boxes that are no x_min, y_min, x_max, y_max in 0 to 1.").format(name=TARGETS))
    without = np.setdiff1d(np.arange(classes), numbers)
    return problems + [_("{name} has no object of class {label}.").format(name=TARGETS, label=label) for label in without]


def _unknown_classes(numbers: Numbers, *, first: int, last: int) -> list[str]:
    if np.isin(numbers, np.arange(first, last + 1)).all():
        return []
    return [_("{name} has class numbers outside {first} to {last}.").format(name=TARGETS, first=first, last=last)]


_CHECKS: Mapping[str, Callable[[TaskSpec, int, Numbers], list[str]]] = {
    "accuracy": _classes,
    "macro_f1": _labels,
    "quantile_loss": _values_of_quantiles,
    "mean_average_precision": _objects,
}
"""By the metric; others ask for numbers in the shape of the output."""
