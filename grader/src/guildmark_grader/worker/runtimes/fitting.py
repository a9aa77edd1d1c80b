"""Whether what a loaded model declares fits the contract, and which of the contract's inputs goes where."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from guildmark.inspection import Finding
from guildmark.rules.contract import TEXT, Contract, Shape, TensorContract, note_alternatives, shape_text, takes
from guildmark_grader.worker.runtimes import Array, Unfit
from guildmark_grader.worker.runtimes.batches import Arrays

_DECORATION: Final = re.compile(r"^serving_default_|:\d+$")
"""What exporters add to the name of an input."""


@dataclass(frozen=True)
class Declared:
    """An input or output as the model declares it. `shape` has the batch first; None is a shape that it leaves open.

    `dtype` is set where the framework converts nothing by itself, `is_text` where it is known whether text goes in.
    """

    name: str
    shape: Shape | None
    dtype: Any = None
    is_text: bool | None = None


@dataclass(frozen=True)
class Feeding:
    """How a model is fed: for each of its inputs the number of the contract's input, and the element type that it wants.

    `batch` is the size that is baked into the model; None if it is free. The inputs that are `widened` take one text a row as
    a row of one text.
    """

    order: tuple[int, ...]
    dtypes: tuple[Any, ...]
    batch: int | None
    widened: frozenset[int] = frozenset()

    def ordered(self, inputs: Arrays) -> Arrays:
        """`inputs`, which follow the contract, in the order of the model's."""
        return tuple(inputs[i].reshape(-1, 1) if i in self.widened else inputs[i] for i in self.order)

    def converted(self, inputs: Arrays) -> Arrays:
        """`inputs`, which follow the model's, with the element types that it wants."""
        return tuple(convert(array, dtype) for array, dtype in zip(inputs, self.dtypes, strict=True))


def feeding(declared: Sequence[Declared], contract: Contract) -> Feeding:
    """How to feed a model with the inputs `declared`. Raises `Unfit` if they break `contract`."""
    expected = contract.inputs
    wanted = 1 if contract.either else len(expected)
    if len(declared) != wanted:
        raise Unfit(Finding("contract.input_count", {"found": len(declared), "expected": wanted}))
    if contract.either:
        order: tuple[int, ...] = (_alternative(declared[0], expected),)
    else:
        order = _order([_DECORATION.sub("", entry.name) for entry in declared], expected)
    for entry, number in zip(declared, order, strict=True):
        _check("input", entry, expected[number])
    widened = [number for entry, number in zip(declared, order, strict=True) if _is_widened(entry, expected[number])]
    sizes = {int(entry.shape[0]) for entry in declared if entry.shape and entry.shape[0]}
    if len(sizes) > 1:
        raise ValueError(f"the inputs have different batch sizes baked in: {sorted(sizes)}")
    batch = sizes.pop() if sizes else None
    return Feeding(order, tuple(entry.dtype for entry in declared), batch, frozenset(widened))


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


def _alternative(found: Declared, expected: tuple[TensorContract, ...]) -> int:
    """The number of the first alternative that the input takes. Raises `Unfit` if it takes none."""
    for number, tensor in enumerate(expected):
        is_other = found.is_text is not None and found.is_text != (tensor.dtype == TEXT)
        if not is_other and (found.shape is None or takes(found.shape[1:], tensor)):
            return number
    shown = shape_text(found.shape[1:]) if found.shape else "?"
    raise Unfit(Finding("contract.input_shape", {"found": shown, "expected": note_alternatives(expected)}))


def _is_widened(found: Declared, expected: TensorContract) -> bool:
    return found.shape is not None and expected.dtype == TEXT and len(found.shape) - 1 > len(expected.shape)


def _check(side: str, found: Declared, expected: TensorContract) -> None:
    if found.shape is None or takes(found.shape[1:], expected):
        return
    shapes = {"found": shape_text(found.shape[1:]), "expected": shape_text(expected.shape)}
    raise Unfit(Finding(f"contract.{side}_shape", shapes))
