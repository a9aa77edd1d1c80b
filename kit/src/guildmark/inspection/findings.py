"""What an inspection says: findings, by code, and what it learnt of the model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guildmark.rules.contract import ModelFormat, Shape
from guildmark.rules.verdict import Params

NAME_LENGTH = 80

JsonObject = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a file: a code of `rules.verdict.REASONS` and what fills its sentence."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Inspection:
    """What was found in a file. Without `findings` it may be loaded.

    `layers` are class names in the order of the configuration, those of nested models included. Shapes leave out the
    batch; None is a free dimension, and an empty tuple of shapes means that the configuration does not tell.
    `config` is the parsed configuration, without anything that is only needed for training.
    """

    format: ModelFormat | None
    findings: tuple[Finding, ...]
    layers: tuple[str, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shapes: tuple[Shape, ...] = ()
    keras_version: str | None = None
    config: JsonObject | None = field(default=None, repr=False, compare=False)


class Unfit(Exception):
    """Reading cannot go on: the file is refused for `finding` alone."""

    def __init__(self, code: str, params: Params | None = None) -> None:
        super().__init__(code)
        self.finding = Finding(code, params if params is not None else {})


def printable(name: object, length: int = NAME_LENGTH) -> str:
    """A name out of a file as it may be shown: escaped to printable ASCII, and cut to `length` characters."""
    text = str(name)[: 4 * length]
    shown = "".join(c if c.isascii() and c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown if len(shown) <= length else shown[: length - 3] + "..."
