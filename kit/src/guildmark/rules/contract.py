"""What a task asks of a model file: formats, size, layers, and the shapes that go in and come out.

Shapes leave out the batch dimension. `None` in a *found* shape is a free dimension, which fits any expected length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

Shape = tuple[int | None, ...]

TEXT = "string"
"""The element type of text."""

_OF_TEXT, _OR = f" {TEXT}", " | "


class ModelFormat(str, Enum):
    """The formats of a model file, by magic bytes and content, never by file name."""

    KERAS = "keras"
    H5 = "h5"
    SAVED_MODEL = "saved_model"
    ONNX = "onnx"
    TFLITE = "tflite"
    PT2 = "pt2"

    @property
    def suffix(self) -> str:
        """The ending that its files have: that of a zip archive for a SavedModel, which is a folder."""
        return ".zip" if self is ModelFormat.SAVED_MODEL else f".{self.value}"


@dataclass(frozen=True)
class TensorContract:
    """Shape (without the batch) and element type of an input or output, such as `(28, 28)` and `float32`, or `()` and `string`.

    `name` tells several inputs apart; with one input it is not needed.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    name: str = ""


@dataclass(frozen=True)
class Contract:
    """Everything that is checked before a model is graded. `size_limit` is in bytes.

    `predict_ms` is how long predicting may take, where a task says so: milliseconds of processor time for 1,000 rows.

    A model with several `inputs` is fed by name where its own names are the contract's, and else in order. With `either` they
    are alternatives: a model has a single one, and is fed the first alternative that it fits.
    """

    formats: tuple[ModelFormat, ...]
    size_limit: int
    inputs: tuple[TensorContract, ...]
    output: TensorContract
    forbidden_layers: tuple[str, ...] = ()
    either: bool = False
    predict_ms: int | None = None


def fits(expected: tuple[int, ...], found: Shape) -> bool:
    """Whether a tensor of shape `expected` can be fed to an input declared as `found` (both without the batch)."""
    return len(expected) == len(found) and all(f is None or f == e for e, f in zip(expected, found, strict=True))


def takes(found: Shape, expected: TensorContract) -> bool:
    """Whether an input declared as `found` can be fed with `expected`. One text a row may be taken as a row of one text."""
    return fits(expected.shape, found) or (expected.dtype == TEXT and not expected.shape and found in ((1,), (None,)))


def shape_text(shape: Shape) -> str:
    """A shape as candidates write it, `(None, 28, 28)`: the batch dimension comes first and is free."""
    return "(" + ", ".join(str(d) for d in (None, *shape)) + ("," if not shape else "") + ")"


def note_alternatives(tensors: Sequence[TensorContract]) -> str:
    """The shapes of `tensors`, and which of several hold text, in no language: `(None,) string | (None, 5)`."""
    several = len(tensors) > 1
    notes = (shape_text(tensor.shape) + (_OF_TEXT if several and tensor.dtype == TEXT else "") for tensor in tensors)
    return _OR.join(notes)


def alternatives_in(noted: str) -> list[tuple[str, bool]]:
    """Each shape of what `note_alternatives` noted, and whether it is said to hold text."""
    return [(note.removesuffix(_OF_TEXT), note.endswith(_OF_TEXT)) for note in noted.split(_OR)]
