"""Limits that leave a model no time for its time to be told."""

import math
from pathlib import Path

import numpy as np
import pytest

from guildmark.packs.model import LimitsSpec, TaskSpec
from guildmark.packs.reader import Form, read_pack
from guildmark_grader.authoring.lint.timing import timing_problems
from guildmark_grader.worker import stopwatch

PACKS = Path(__file__).parents[3] / "packs"
TENSOR = {"shape": [1], "meaning": {"en": "a number"}}
PLACE = "category1/sums"


def form(folder: Path, *limits: str) -> Form:
    """A form with these lines below `[limits]`."""
    (folder / "task.toml").write_text("\n".join(['id = "sums"', "# predict_ms = 7", "[limits]", *limits]) + "\n")
    asked = {key: int(value) for key, value in (line.split(" = ") for line in limits)}
    task = TaskSpec.model_validate(
        {
            "id": "sums",
            "title": {"en": "Sums"},
            "skills": ["A5"],
            "size_limit_kib": 96,
            "thresholds": [5, 4, 3, 2, 1],
            "input": TENSOR,
            "output": TENSOR,
            "metric": {"name": "mae"},
            "limits": asked,
        }
    )
    return Form(folder, "category1", task, (), {})


def problems(folder: Path, rows: int, *limits: str) -> list[str]:
    return [str(problem) for problem in timing_problems(PLACE, form(folder, *limits), rows)]


def test_limits_that_fit_are_no_problem(tmp_path):
    assert problems(tmp_path, 2_000, "predict_ms = 20") == []


def test_a_task_that_is_not_timed_is_no_problem(tmp_path):
    assert problems(tmp_path, 10**9, "wall_s = 1") == []


def test_a_wall_that_is_too_short_is_told_with_one_that_is_not(tmp_path):
    (problem,) = problems(tmp_path, 2_000, "wall_s = 30", "predict_ms = 400")
    assert problem == (
        f"{PLACE}/task.toml:5: wall_s is too short: a model may take 37 s until its time for 2000 rows is known, and has 30 s. "
        "Raise wall_s to 37, or keep back fewer rows."
    )
    assert problems(tmp_path, 2_000, "wall_s = 36", "predict_ms = 400") != []
    assert problems(tmp_path, 2_000, "wall_s = 37", "predict_ms = 400") == []


def test_where_no_wall_is_long_enough_there_are_too_many_rows(tmp_path):
    (problem,) = problems(tmp_path, 10_000, "predict_ms = 400")
    assert problem.endswith("Raise wall_s to 120 and keep back 7187 rows at most, or lower predict_ms.")
    assert problems(tmp_path, 7_188, "wall_s = 120", "predict_ms = 400") != []
    assert problems(tmp_path, 7_187, "wall_s = 120", "predict_ms = 400") == []


def test_the_longest_wall_is_the_longest_that_a_task_may_have():
    (most,) = (limit.le for limit in LimitsSpec.model_fields["wall_s"].metadata if hasattr(limit, "le"))
    assert most == 120


@pytest.mark.parametrize("times_the_limit", [0.1, 1.0, 1.01, 1.49, 1.51, 3.0, 5.0])
def test_no_model_whose_time_is_told_takes_longer_than_it_says(monkeypatch, times_the_limit):
    limit, taken = 20.0, times_the_limit * 20.0
    spent = [taken]  # the first answer is not timed

    def timed(work):
        if work is stopwatch.yardstick:
            return stopwatch.YARDSTICK_MS, None
        spent.append(taken)
        return taken, work()

    monkeypatch.setattr(stopwatch, "_timed", timed)
    rows = np.zeros((1000, 1))
    found = stopwatch.predicting_ms(lambda inputs: inputs[0], (rows,), rows, limit)
    assert math.isclose(found, taken)
    assert sum(spent) / 1000 <= stopwatch.longest_s(limit, 1000) + 1e-9


def test_the_shipped_packs_leave_time_enough(tmp_path):
    forms = [one for pack in ("practitioner", "advanced") for one in read_pack(PACKS / pack).forms]
    timed = [one for one in forms if one.task.limits.predict_ms is not None]
    assert timed != []
    assert [problem for one in timed for problem in timing_problems(PLACE, one, 5_000)] == []
