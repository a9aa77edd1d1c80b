"""Hidden targets that a metric can judge, and those that it cannot."""

from typing import Any

import numpy as np
import pytest

from guildmark.packs.model import TaskSpec
from guildmark_grader.authoring.targets import target_problems

from .test_statements import TASK

ROWS = 4
SHARES = [0.1, 0.2, 0.3, 0.4, 0.5]


def task(name: str, output: list[int], **metric: Any) -> TaskSpec:
    thresholds = SHARES if name in {"accuracy", "macro_f1", "mean_average_precision"} else SHARES[::-1]
    fields = {"output": {"shape": output, "meaning": {"en": "y"}}, "metric": {"name": name, **metric}, "thresholds": thresholds}
    return TaskSpec.model_validate({**TASK, **fields})


ERRORS = task("mae", [2, 3])
CLASSES = task("accuracy", [3])
STEPS = task("accuracy", [2, 3])
QUANTILES = task("quantile_loss", [2, 3], levels=[0.1, 0.5, 0.9])
LABELS = task("macro_f1", [3])
OBJECTS = task("mean_average_precision", [5, 6])

LABELLED = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1]])
DETECTED = np.zeros((ROWS, 2, 5))
DETECTED[:, 0] = [0, 0.1, 0.2, 0.3, 0.4]
DETECTED[:, 1] = [-1, 0, 0, 0, 0]
DETECTED[3, 1] = [1, 0.5, 0.5, 1, 1]


def changed(array: np.ndarray, place: Any, value: Any) -> np.ndarray:
    copy = array.copy()
    copy[place] = value
    return copy


@pytest.mark.parametrize(
    ("form", "targets"),
    [
        (ERRORS, np.zeros((ROWS, 2, 3))),
        (CLASSES, np.array([0, 1, 2, 0])),
        (STEPS, np.array([[0, 1], [1, 0], [0, 0], [1, 1]])),
        (QUANTILES, np.zeros((ROWS, 2))),
        (LABELS, LABELLED),
        (LABELS, LABELLED.astype(np.float32)),
        (OBJECTS, DETECTED),
        (OBJECTS, DETECTED.astype(np.float32)),
    ],
)
def test_targets_that_belong_to_the_metric_are_no_problem(form, targets):
    assert target_problems(form, ROWS, targets) == []


@pytest.mark.parametrize(
    ("form", "targets", "problem"),
    [
        (ERRORS, np.zeros((ROWS, 2)), "targets.npy has shape (4, 2); the task asks for (4, 2, 3)."),
        (CLASSES, np.array([0, 1, 3, 0]), "targets.npy has class numbers outside 0 to 2."),
        (CLASSES, np.array([0, 1, 1, 0]), "No row of targets.npy has class 2."),
        (CLASSES, np.zeros((ROWS, 3), np.int64), "targets.npy has shape (4, 3); the task asks for (4,)."),
        (QUANTILES, np.zeros((ROWS, 2, 3)), "targets.npy has shape (4, 2, 3); the task asks for (4, 2)."),
        (QUANTILES, np.full((ROWS, 2), np.nan), "targets.npy holds values that are not finite."),
        (LABELS, LABELLED * 2, "targets.npy has labels other than 0 and 1."),
        (LABELS, changed(LABELLED, (slice(None), 1), 0), "No row of targets.npy has label 1."),
        (LABELS, LABELLED[:, :2], "targets.npy has shape (4, 2); the task asks for (4, 3)."),
        (OBJECTS, DETECTED[..., :4], "targets.npy has shape (4, 2, 4); the task asks for (4, 2, 5)."),
        (OBJECTS, DETECTED[:, 0], "targets.npy has shape (4, 5); the task asks for (4, 1, 5)."),
        (OBJECTS, changed(DETECTED, (0, 0, 0), 2), "targets.npy has class numbers outside -1 to 1."),
        (OBJECTS, changed(DETECTED, (0, 0, 0), 0.5), "targets.npy has class numbers outside -1 to 1."),
        (OBJECTS, changed(DETECTED, (0, 0, 3), 0.1), "targets.npy has boxes that are no x_min, y_min, x_max, y_max in 0 to 1."),
        (OBJECTS, changed(DETECTED, (0, 0, 4), 1.1), "targets.npy has boxes that are no x_min, y_min, x_max, y_max in 0 to 1."),
        (OBJECTS, changed(DETECTED, (3, 1, 0), -1), "targets.npy has no object of class 1."),
    ],
)
def test_each_thing_that_a_metric_cannot_judge_is_named(form, targets, problem):
    assert target_problems(form, ROWS, targets) == [problem]


def test_a_class_of_which_hardly_a_row_is_kept_back_is_told_with_its_number():
    targets = np.repeat([0, 1, 2], [200, 91, 9])
    assert target_problems(CLASSES, 300, targets) == [
        "Only 9 of the 300 answers in targets.npy are class 2: with 3 classes, keep back 10 at least."
    ]
    assert target_problems(CLASSES, 300, np.repeat([0, 1, 2], [200, 90, 10])) == []
