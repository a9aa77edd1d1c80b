"""The metric of a task: which there are, which way is better, and which outputs they can judge."""

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from guildmark.packs.spec import Number, Spec
from guildmark.rules.scoring import Direction

if TYPE_CHECKING:
    from typing_extensions import Self  # in `typing` from Python 3.11 on

_HIGHER_IS_BETTER = ("accuracy", "macro_f1", "mean_average_precision")
_BOX = 4
"""The numbers of a box."""


class MetricSpec(Spec):
    """How predictions become one number. `unit` is for people, `levels` are those of the quantiles, lowest first."""

    name: Literal["accuracy", "mae", "rmse", "quantile_loss", "macro_f1", "mean_average_precision"]
    unit: str = ""
    levels: tuple[Annotated[Number, Field(gt=0, lt=1)], ...] = ()

    @model_validator(mode="after")
    def _has_levels_for_quantiles_alone(self) -> "Self":
        if bool(self.levels) != (self.name == "quantile_loss"):
            raise ValueError("quantile_loss needs levels, such as [0.1, 0.5, 0.9], and no other metric has them")
        if any(lower >= higher for lower, higher in pairwise(self.levels)):
            raise ValueError("levels must ascend")
        return self

    @property
    def direction(self) -> Direction:
        """Shares of what is right are better when higher, errors when lower."""
        return Direction.HIGHER if self.name in _HIGHER_IS_BETTER else Direction.LOWER

    def misfit(self, output: tuple[int, ...]) -> str | None:
        """What keeps this metric from judging outputs of the shape `output` (without the batch); None if nothing does."""
        if self.name == "quantile_loss" and output[-1:] != (len(self.levels),):
            return f"quantile_loss asks for an output whose last axis has the {len(self.levels)} levels"
        if self.name == "macro_f1" and len(output) != 1:
            return "macro_f1 asks for an output of the shape [labels]"
        if self.name == "mean_average_precision" and (len(output) != 2 or output[1] <= _BOX):  # noqa: PLR2004 - two axes
            return "mean_average_precision asks for an output of the shape [boxes, 4 + classes]"
        return None
