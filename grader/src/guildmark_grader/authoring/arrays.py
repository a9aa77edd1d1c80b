"""What every hidden array must be: of the shape and the element type that its task asks for, and finite."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from guildmark.i18n import _

CLASS_NUMBERS = ("int32", "int64", "int8", "int16", "uint8")
REAL_NUMBERS = ("float32", "float64", "float16", *CLASS_NUMBERS)


def array_problems(name: str, array: NDArray[np.generic], shape: tuple[int, ...], dtypes: Sequence[str]) -> list[str]:
    """What is wrong with the numbers of `array`, which is called `name`."""
    problems = shape_problems(name, array, shape)
    if array.dtype.name not in dtypes:
        problems.append(_holds(name, array, " / ".join(dtypes)))
    elif not np.isfinite(array).all():
        problems.append(_("{name} holds values that are not finite.").format(name=name))
    return problems


def text_problems(name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> list[str]:
    """What is wrong with the texts of `array`."""
    problems = shape_problems(name, array, shape)
    if array.dtype.kind not in "US":
        return [*problems, _holds(name, array, "string")]
    try:
        for text in array.ravel().tolist():
            text.decode() if isinstance(text, bytes) else text.encode()
    except UnicodeError:
        problems.append(_("{name} holds text that is not UTF-8.").format(name=name))
    return problems


def shape_problems(name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> list[str]:
    """What is wrong with the shape of `array`."""
    if array.shape == shape:
        return []
    message = _("{name} has shape {found}; the task asks for {expected}.")
    return [message.format(name=name, found=array.shape, expected=shape)]


def _holds(name: str, array: NDArray[np.generic], expected: str) -> str:
    message = _("{name} holds {found}; the task asks for {expected}.")
    return message.format(name=name, found=array.dtype.name, expected=expected)
