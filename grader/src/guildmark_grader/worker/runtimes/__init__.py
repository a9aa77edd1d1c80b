"""INSIDE the box: one module a loader, each with the functions of `Runtime`.

Importing a module imports its framework and runs nothing of it: a zygote forks after the import, and a framework that
has computed anything does not survive a fork.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from guildmark.inspection import Finding
from guildmark.rules.contract import Contract

Array = NDArray[Any]
Predictor = Callable[[tuple[Array, ...]], Array]
"""Predicts all rows of inputs that follow the contract, each (N, *shape): (N, *output shape), float32, C-contiguous."""


class Unfit(Exception):
    """The model breaks the contract in a way that only shows once it is loaded."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class Runtime(Protocol):
    """What a module here has to offer. `OUT_OF_MEMORY` are the exceptions by which its framework says so."""

    OUT_OF_MEMORY: tuple[type[BaseException], ...]

    def use_threads(self, count: int) -> None:
        """Compute with `count` threads; called once in the fork, before anything else."""

    def warm(self) -> None:
        """Compute something small, so that the first job does not pay for it."""

    def load(self, path: Path, contract: Contract) -> Any:
        """The model at `path`. Raises `Unfit` if what it declares breaks `contract`, and whatever the framework raises."""

    def predictor(self, model: Any, inputs: tuple[Array, ...], contract: Contract, *, is_recurrent: bool) -> Predictor:
        """What predicts `inputs`, and others that have as many rows.

        Inputs of text come as arrays of NumPy's `S` or `U`. The batch that is baked into a model is padded, never refused.
        It raises `Unfit` for another shape, and whatever the model raises.
        """
