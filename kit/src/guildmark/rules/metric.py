"""The names of the metrics, for people."""

from collections.abc import Mapping

from guildmark.i18n import mark

METRIC_TITLES: Mapping[str, str] = {
    "accuracy": mark("Accuracy"),
    "mae": mark("Mean absolute error"),
    "rmse": mark("Root mean square error"),
    "quantile_loss": mark("Quantile loss"),
    "macro_f1": mark("Macro F1"),
    "mean_average_precision": mark("Mean average precision"),
}
"""What people call each metric, to be translated when it is shown."""
