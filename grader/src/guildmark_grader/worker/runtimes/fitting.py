"""Whether what a loaded model declares fits the contract, and which of the contract's inputs goes where."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from guildmark.inspection import Finding
from guildmark.rules.contract import Contract, Shape, TensorContract, fits, shape_text
from guildmark_grader.worker.runtimes import Array, Unfit
from guildmark_grader.worker.runtimes.batches import Arrays

_DECORATION: Final = re.compile(r"^serving_default_|:\d+$")
"""What exporters add to the name of an input."""


@dataclass(frozen=True)
class Declared:
    """An input or output as the model declares it. `shape` has the batch first; None is a shape that it leaves open.

    `dtype` is set where the framework converts nothing by itself.
    """

    name: str
    shape: Shape | None
    dtype: Any = None


@dataclass(frozen=True)
class Feeding:
    """How a model is fed: for each of its inputs the number of the contract's input, and the element type that it wants.

    `batch` is the size that is baked into the model; None if it is free.
    """

    order: tuple[int, ...]
    dtypes: tuple[Any, ...]
    batch: int | None

    def ordered(self, inputs: Arrays) -> Arrays:
        """`inputs`, which follow the contract, in the order of the model's."""
        return tuple(inputs[i] for i in self.order)

    def converted(self, inputs: Arrays) -> Arrays:
        """`inputs`, which follow the model's, with the element types that it wants."""
        return tuple(convert(array, dtype) for array, dtype in zip(inputs, self.dtypes, strict=True))


def feeding(declared: Sequence[Declared], contract: Contract) -> Feeding:
    """How to feed a model with the inputs `declared`. Raises `Unfit` if they break `contract`."""
    expected = contract.inputs
    if len(declared) != len(expected):
        raise Unfit(Finding("contract.input_count", {"found": len(declared), "expected": len(expected)}))
    order = _order([_DECORATION.sub("", entry.name) for entry in declared], expected)
    for entry, number in zip(declared, order, strict=True):
        _check("input", entry, expected[number])
    sizes = {int(entry.shape[0]) for entry in declared if entry.shape and entry.shape[0]}
    if len(sizes) > 1:
        raise ValueError(f"the inputs have different batch sizes baked in: {sorted(sizes)}")
    return Feeding(order, tuple(entry.dtype for entry in declared), sizes.pop() if sizes else None)


def check_outputs(declared: Sequence[Declared], contract: Contract) -> None:
    """Raises `Unfit` if the outputs `declared` break `contract`."""
    if len(declared) != 1:
        raise Unfit(Finding("contract.output_count", {"found": len(declared), "expected": 1}))
    _check("output", declared[0], contract.output)


def convert(rows: Array, dtype: Any) -> Array:
    """`rows` with the element type `dtype`. Raises `ValueError` where whole numbers, or numbers made whole, would change."""
    if dtype is None or rows.dtype == dtype:
        return rows
    if rows.dtype.kind in "SU" or np.dtype(dtype).kind not in "biuf":
        raise ValueError(f"the model takes {dtype}, and the task feeds {rows.dtype}")
    with np.errstate(invalid="ignore", over="ignore"):
        converted = rows.astype(dtype)
        is_rounding = rows.dtype.kind == "f" and converted.dtype.kind == "f"
        if not is_rounding and not np.array_equal(converted.astype(rows.dtype), rows):
            raise ValueError(f"the numbers of the task do not fit {converted.dtype}")
    return converted


def _order(names: list[str], expected: tuple[TensorContract, ...]) -> tuple[int, ...]:
    numbers = {entry.name: i for i, entry in enumerate(expected)}
    if len(numbers) == len(expected) and sorted(names) == sorted(numbers):
        return tuple(numbers[name] for name in names)
    return tuple(range(len(expected)))


def _check(side: str, found: Declared, expected: TensorContract) -> None:
    if found.shape is None or fits(expected.shape, found.shape[1:]):
        return
    shapes = {"found": shape_text(found.shape[1:]), "expected": shape_text(expected.shape)}
    raise Unfit(Finding(f"contract.{side}_shape", shapes))
