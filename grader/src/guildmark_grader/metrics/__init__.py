"""Metrics: predictions and hidden targets become one number, in double precision.

Arrays may hold floats of any width or whole numbers; predictions are finite (others never get here). Arrays that do not belong
together raise `ValueError`: nothing is ever broadcast or squeezed until it fits.

    arrays     what a metric asks of the two arrays
    classes    accuracy, macro_f1
    errors     mae, rmse, quantile_loss
    detection  mean_average_precision
"""

from collections.abc import Callable, Mapping

from guildmark.packs.metric import MetricSpec
from guildmark_grader.metrics.arrays import Numbers
from guildmark_grader.metrics.classes import accuracy, macro_f1
from guildmark_grader.metrics.detection import mean_average_precision
from guildmark_grader.metrics.errors import mae, quantile_loss, rmse

__all__ = ["METRICS", "accuracy", "macro_f1", "mae", "mean_average_precision", "measured", "quantile_loss", "rmse"]

METRICS: Mapping[str, Callable[[Numbers, Numbers], float]] = {
    "accuracy": accuracy,
    "mae": mae,
    "rmse": rmse,
    "macro_f1": macro_f1,
    "mean_average_precision": mean_average_precision,
}
"""By the name in `task.toml`: those that need nothing but predictions and targets."""


def measured(metric: MetricSpec, predictions: Numbers, targets: Numbers) -> float:
    """What `metric` says of `predictions`. Raises `ValueError` if the arrays do not belong together."""
    if metric.name == "quantile_loss":
        return quantile_loss(predictions, targets, metric.levels)
    return METRICS[metric.name](predictions, targets)
