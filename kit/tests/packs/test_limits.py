"""Limits of a task: the size of a file in MiB or KiB, and the time that predicting may take."""

import pytest
from pydantic import ValidationError

from guildmark.packs.model import TaskSpec
from guildmark.rules.reasons import REASONS
from guildmark.rules.wording import describe

KIB = 1024


def task(**fields: object) -> TaskSpec:
    tensor = {"shape": [1], "meaning": {"en": "a number"}}
    plain = {"id": "a", "title": {"en": "A"}, "skills": ["A5"], "metric": {"name": "mae"}, "thresholds": [5, 4, 3, 2, 1]}
    return TaskSpec.model_validate({**plain, "input": tensor, "output": tensor, **fields})


@pytest.mark.parametrize(
    ("fields", "size"),
    [({"size_limit_mib": 2}, 2 * KIB * KIB), ({"size_limit_kib": 96}, 96 * KIB), ({"size_limit_kib": 1}, KIB)],
)
def test_a_size_is_limited_in_mib_or_in_kib(fields, size):
    assert task(**fields).contract.size_limit == size


@pytest.mark.parametrize("fields", [{}, {"size_limit_mib": 1, "size_limit_kib": 96}], ids=["none", "both"])
def test_there_is_one_limit_of_the_size(fields):
    with pytest.raises(ValidationError, match="either size_limit_mib or size_limit_kib"):
        task(**fields)


def test_time_is_limited_only_where_a_task_says_so():
    assert task(size_limit_mib=1).contract.predict_ms is None
    assert task(size_limit_mib=1, limits={"predict_ms": 20}).contract.predict_ms == 20


@pytest.mark.parametrize("limit", [0, -1, 1.5, 60_001])
def test_a_limit_of_time_is_whole_milliseconds_up_to_a_minute(limit):
    with pytest.raises(ValidationError):
        task(size_limit_mib=1, limits={"predict_ms": limit})


def test_a_graded_model_is_told_its_time_where_that_counts():
    params = {"metric": "accuracy", "value": 1.0}
    assert describe("graded.full", params) == "Full score: Accuracy is 1.0."
    assert describe("graded.full", {**params, "predict_ms": 6.4, "predict_limit_ms": 20}) == (
        "Full score: Accuracy is 1.0. Predicting 1,000 rows took 6.4 ms of processor time; this task allows 20 ms."
    )


def test_who_is_too_slow_reads_both_times_and_what_to_do():
    said = describe("limit.latency", {"found": 71, "limit": 20})
    assert said.startswith(
        "The model needs 71 ms of processor time to predict 1,000 rows; this task allows 20 ms. Give the layers"
    )
    assert not REASONS["limit.latency"].verdict.is_ours
