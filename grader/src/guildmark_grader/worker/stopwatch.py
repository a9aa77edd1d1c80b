"""INSIDE the box: how long a model needs to predict, for tasks where speed counts.

Theory of operation. A clock on a wall would charge a model for whatever else the host does; so the processor's time is taken,
of all threads of the worker, which computes with one. That still differs between processors, and a little with the load of
one. So between the passes a fixed computation is timed, the yardstick, and a model's time is told in milliseconds of a
processor on which the yardstick takes `YARDSTICK_MS`. Noise only ever adds time: of several passes the shortest counts, and
of the yardstick's too. A model that is within the limit, or far from it, is decided after a few; one that is near gets more.

Every pass feeds the rows in another order and must answer as the first did, so that a model cannot remember its answers.
"""

import gc
import math
import time
from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np

from guildmark.inspection import Finding
from guildmark_grader.worker.runtimes import Array, Predictor, Unfit
from guildmark_grader.worker.runtimes.batches import Arrays

ResultT = TypeVar("ResultT")

YARDSTICK_MS: Final = 10.0
"""What the yardstick takes on a processor of the kind that limits are meant for, such as a Xeon of 2023."""
NEAR: Final = 1.5
"""Up to so many times the limit, more passes may show that a model is within it."""

_PASSES, _PASSES_WHEN_NEAR = 3, 12
_HOPELESS: Final = 5
_ROWS: Final = 1000
_MOMENT_S: Final = 1e-6
_RELATIVE, _ABSOLUTE = 1e-3, 1e-4


def predicting_ms(predict: Predictor, inputs: Arrays, answers: Array, limit_ms: float) -> float:
    """The milliseconds in which `predict` answers 1,000 rows. It has answered `inputs` with `answers` before.

    Raises `Unfit` if it answers otherwise now.
    """
    gc.collect()
    gc.disable()
    rows = len(answers)
    fastest = fastest_yardstick = math.inf
    for number in range(1, _PASSES_WHEN_NEAR + 1):
        shift = number * rows // (_PASSES_WHEN_NEAR + 1)
        moved = tuple(np.roll(array, shift, axis=0) for array in inputs)
        fastest_yardstick = min(fastest_yardstick, _timed(yardstick)[0])
        needed, again = _timed(lambda: predict(moved))  # noqa: B023 - it is called here and now
        fastest = min(fastest, needed)
        if not np.allclose(np.roll(again, -shift, axis=0), answers, _RELATIVE, _ABSOLUTE, equal_nan=True):
            raise Unfit(Finding("model.not_repeatable"))
        found = fastest / fastest_yardstick * YARDSTICK_MS * _ROWS / rows
        is_near = limit_ms < found <= NEAR * limit_ms
        if found > _HOPELESS * limit_ms or (number >= _PASSES and not is_near):
            break
    return found


def longest_s(limit_ms: float, rows: int) -> float:
    """The seconds of processor time that a model may take over `rows` before its time can be told; a hopeless one may not.

    The first answer counts, which is not timed.
    """
    passes = max((1 + _PASSES_WHEN_NEAR) * NEAR, (1 + _PASSES) * _HOPELESS)
    return passes * limit_ms / 1000 * rows / _ROWS


def yardstick() -> None:
    """A fixed computation of the kinds that models are made of: products of matrices, long arrays, and many short calls."""
    square, product = np.full((192, 192), 0.5, np.float32), np.empty((192, 192), np.float32)
    for _ in range(36):
        np.matmul(square, square, out=product)
    line, result = np.full(1 << 18, 0.5, np.float32), np.empty(1 << 18, np.float32)
    for _ in range(24):
        np.maximum(line, 0.25, out=result)
        np.add(line, result, out=result)
    few = np.zeros(8, np.float32)
    for _ in range(7000):
        np.add(few, few, out=few)


def _timed(work: Callable[[], ResultT]) -> tuple[float, ResultT]:
    """The milliseconds of processor time that `work` takes, in all threads, and what it gives."""
    begun = _processor_s()
    result = work()
    return (_processor_s() - begun) * 1000, result


def _processor_s() -> float:
    """The processor time of the worker so far.

    Where a limit on it is set, as in the box, the kernel keeps that clock by ticks of milliseconds, and to the point only
    when a thread is put to sleep.
    """
    time.sleep(_MOMENT_S)
    return time.process_time()
