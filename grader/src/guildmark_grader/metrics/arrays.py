"""What every metric asks of the two arrays that it compares."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.generic]


def require_rows(targets: Numbers) -> None:
    """Raises `ValueError` if there is nothing to compare."""
    if not targets.size:
        raise ValueError("there are no rows to score")


def misfit(predictions: Numbers, targets: Numbers, rule: str) -> ValueError:
    """The error to raise for arrays whose shapes break `rule`."""
    return ValueError(f"predictions of shape {predictions.shape} for targets of shape {targets.shape}: {rule}")
