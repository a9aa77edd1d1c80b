"""What an inspection says: findings, by code, and what it learnt of the model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guildmark.rules.contract import ModelFormat, Shape
from guildmark.rules.verdict import Params

NAME_LENGTH = 80

JsonObject = Mapping[str, Any]

_RECURRENT: Final = frozenset(
    {
        *("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "GRUV1", "GRUV2", "LSTM", "LSTMV1", "LSTMV2", "RNN", "SimpleRNN"),
        *("CudnnRNNV3", "StatelessWhile", "While", "Loop", "Scan"),
        *("BIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_RNN"),
        *("UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN", "WHILE"),
        *("gru", "lstm", "rnn_relu", "rnn_tanh"),
    }
)
"""Layers of Keras, then operations of TensorFlow and ONNX, of TFLite, of PyTorch."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a file: a code of `rules.reasons.REASONS` and what fills its sentence."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Inspection:
    """What was found in a file. Without `findings` it may be loaded.

    `layers` are class names in the order of the configuration, those of nested models included; in a graph the names of its
    operations. Shapes leave out the batch; None is a free dimension, and an empty tuple of shapes means that the file does not
    tell. `keras_version` is what a Keras file says that wrote it; a loader is chosen by it and by `format`.

    What a loader is given is made of `config`, the parsed configuration of a Keras model without anything that only training
    needs, or of `parts`: the bytes that were inspected, by their name in the file that is written.
    """

    format: ModelFormat | None
    findings: tuple[Finding, ...]
    layers: tuple[str, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shapes: tuple[Shape, ...] = ()
    keras_version: str | None = None
    config: JsonObject | None = field(default=None, repr=False, compare=False)
    parts: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_recurrent(self) -> bool:
        """Whether the model goes through sequences step by step: then it is fed in smaller batches."""
        return not _RECURRENT.isdisjoint(self.layers)


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
