"""Which way a metric is better, and which outputs it can judge."""

import pytest
from pydantic import ValidationError

from guildmark.packs.metric import MetricSpec
from guildmark.packs.model import Role, TaskSpec
from guildmark.packs.roles import ROLE_TITLES
from guildmark.rules.metric import METRIC_TITLES
from guildmark.rules.scoring import Direction

LEVELS = (0.1, 0.5, 0.9)


def task(metric: dict[str, object], output: list[int]) -> TaskSpec:
    direction = MetricSpec.model_validate(metric).direction
    rising = [0.1, 0.2, 0.3, 0.4, 0.5]
    return TaskSpec.model_validate(
        {
            "id": "form",
            "title": {"en": "Form"},
            "skills": ["A1"],
            "size_limit_mib": 2,
            "thresholds": rising if direction is Direction.HIGHER else rising[::-1],
            "input": {"shape": [4], "meaning": {"en": "x"}},
            "output": {"shape": output, "meaning": {"en": "y"}},
            "metric": metric,
        }
    )


def test_shares_are_better_when_higher_and_errors_when_lower():
    higher = {name: MetricSpec(name=name).direction for name in ("accuracy", "macro_f1", "mean_average_precision")}
    lower = [MetricSpec(name="mae"), MetricSpec(name="rmse"), MetricSpec(name="quantile_loss", levels=LEVELS)]
    assert set(higher.values()) == {Direction.HIGHER}
    assert {metric.direction for metric in lower} == {Direction.LOWER}


@pytest.mark.parametrize(
    ("metric", "output"),
    [
        ({"name": "quantile_loss", "levels": [0.1, 0.5, 0.9]}, [12, 3]),
        ({"name": "quantile_loss", "levels": [0.5]}, [1]),
        ({"name": "macro_f1"}, [8]),
        ({"name": "mean_average_precision"}, [20, 7]),
    ],
)
def test_a_metric_judges_outputs_of_its_shape(metric, output):
    assert task(metric, output).output.shape == tuple(output)


@pytest.mark.parametrize(
    ("metric", "output", "message"),
    [
        ({"name": "quantile_loss", "levels": [0.1, 0.5, 0.9]}, [12, 2], "last axis has the 3 levels"),
        ({"name": "quantile_loss", "levels": [0.1, 0.5, 0.9]}, [], "last axis has the 3 levels"),
        ({"name": "macro_f1"}, [8, 1], r"the shape \[labels\]"),
        ({"name": "mean_average_precision"}, [20, 4], r"the shape \[boxes, 4 \+ classes\]"),
        ({"name": "mean_average_precision"}, [7], r"the shape \[boxes, 4 \+ classes\]"),
    ],
)
def test_an_output_that_a_metric_cannot_judge_is_refused(metric, output, message):
    with pytest.raises(ValidationError, match=message):
        task(metric, output)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ({"name": "quantile_loss"}, "quantile_loss needs levels"),
        ({"name": "mae", "levels": [0.5]}, "no other metric has them"),
        ({"name": "quantile_loss", "levels": [0.5, 0.1]}, "levels must ascend"),
        ({"name": "quantile_loss", "levels": [0.5, 0.5]}, "levels must ascend"),
        ({"name": "quantile_loss", "levels": [0.0, 0.5]}, "greater than 0"),
        ({"name": "quantile_loss", "levels": [0.5, 1.0]}, "less than 1"),
    ],
)
def test_levels_belong_to_quantiles_and_ascend_between_0_and_1(metric, message):
    with pytest.raises(ValidationError, match=message):
        MetricSpec.model_validate(metric)


def test_every_metric_and_every_role_has_a_name_for_people():
    assert set(METRIC_TITLES) == set(MetricSpec.model_fields["name"].annotation.__args__)
    assert set(ROLE_TITLES) == set(Role)
