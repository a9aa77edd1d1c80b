"""How files are called: the model that a candidate saves, what it is kept as, and the hidden arrays of a bank."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from guildmark.rules.contract import ModelFormat

TARGETS = "targets.npy"
LONGEST_NAME: Final = 255
"""In bytes, as file systems have it."""
_LONGEST_SUFFIX: Final = 32
_TAKEN = ("starter.py", "task.json", "build.py")
_TAKEN_FOLDERS = ("reference", "hidden", "__pycache__")
_HIDDEN = re.compile(r"(inputs(\..+)?|targets)\.npy", re.IGNORECASE)


def model_names(formats: Iterable[ModelFormat]) -> tuple[str, ...]:
    """The names that a model in one of `formats` is saved under, `mymodel.keras` and its like."""
    return tuple(f"mymodel{allowed.suffix}" for allowed in formats)


def inputs_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The hidden arrays of inputs called `names`: `inputs.npy` for one, `inputs.NAME.npy` for each of several."""
    return ("inputs.npy",) if len(names) == 1 else tuple(f"inputs.{name}.npy" for name in names)


def fitting_name(name: str) -> str:
    """`name` as a file system takes it: of one that is too long the beginning, with its suffix."""
    if len(name.encode(errors="replace")) <= LONGEST_NAME:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode(errors="replace")) <= _LONGEST_SUFFIX else ""
    room = LONGEST_NAME - len(suffix.encode(errors="replace"))
    return name.removesuffix(suffix).encode(errors="replace")[:room].decode(errors="ignore") + suffix


def is_hidden_name(path: str) -> bool:
    """Whether a file at `path` would be called like hidden data; no public file may be."""
    return _HIDDEN.fullmatch(PurePosixPath(path).name) is not None


def is_reserved_name(path: str) -> bool:
    """Whether a public file at `path`, made by `build.py` or shared by the pack, takes a name that means something else."""
    place = PurePosixPath(path)
    instructions = place.name.startswith("instructions.") and len(place.parts) == 1
    taken = place.name in (*_TAKEN, *model_names(ModelFormat))
    return taken or instructions or is_hidden_name(path) or any(part in _TAKEN_FOLDERS for part in place.parts)
