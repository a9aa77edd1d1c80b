"""What a report says of a metric."""

import pytest

from guildmark.protocol import MetricValue
from guildmark.rules.wording import describe
from guildmark_grader.reports import _quality


@pytest.mark.parametrize(
    ("unit", "score", "threshold", "said"),
    [
        ("kW", 3, 11.0, "Mean absolute error is 12.5 kW; the next point needs 11.0 kW."),
        ("kW", 5, None, "Full score: Mean absolute error is 12.5 kW."),
        ("", 0, 11.0, "Mean absolute error is 12.5; the first point needs 11.0."),
    ],
)
def test_x2_a_metric_comes_with_its_unit(unit: str, score: int, threshold: float | None, said: str) -> None:
    code, params = _quality(MetricValue(name="mae", value=12.5, unit=unit), score, threshold)
    assert said in describe(code, params)
