"""What a `build.py` left behind, held against its task: names, shapes, numbers, and nothing hidden among the public files."""

import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from guildmark.i18n import _
from guildmark.packs.model import TaskSpec
from guildmark_grader.authoring.leaks import leaked_rows

_RESERVED = ("starter.py", "task.json", "build.py", "inputs.npy", "targets.npy", "mymodel.keras", "mymodel.h5")
_RESERVED_PARTS = ("reference", "hidden", "__pycache__")


@dataclass(frozen=True)
class Hidden:
    """The rows that a model is graded on, and what it should answer."""

    inputs: NDArray[np.generic]
    targets: NDArray[np.generic]


def public_files(folder: Path) -> dict[str, bytes]:
    """Every regular file below `folder`, by its path there. Links and devices are left out: nothing may point elsewhere."""
    paths = sorted(path for path in folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def hidden_arrays(folder: Path) -> Hidden | list[str]:
    """The two arrays, never object arrays; or what keeps them from being read."""
    inputs, targets = _array(folder, "inputs"), _array(folder, "targets")
    if isinstance(inputs, str) or isinstance(targets, str):
        return [problem for problem in (inputs, targets) if isinstance(problem, str)]
    return Hidden(inputs, targets)


def _array(folder: Path, name: str) -> NDArray[np.generic] | str:
    try:
        return np.ascontiguousarray(np.load(folder / f"{name}.npy", allow_pickle=False))
    except FileNotFoundError:
        return _("It made no {name}.npy in the hidden folder.").format(name=name)
    except (OSError, ValueError):
        return _("{name}.npy is not an array of plain numbers.").format(name=name)


def output_problems(task: TaskSpec, public: dict[str, bytes], hidden: Hidden | list[str]) -> list[str]:
    """Everything that is wrong with the files in `public` and the arrays in `hidden`."""
    problems = [] if public else [_("It made no public file.")]
    problems += [
        _("The public file {name} has a name that is taken.").format(name=name) for name in public if _is_reserved(name)
    ]
    if not isinstance(hidden, Hidden):
        return problems + hidden
    problems += _input_problems(task, hidden.inputs) + _target_problems(task, hidden)
    if not problems:
        leaks = leaked_rows(hidden.inputs, public)
        problems += [
            _("{count} hidden row(s) also stand in {name}.").format(count=leaks[name], name=name) for name in sorted(leaks)
        ]
    return problems


def _is_reserved(name: str) -> bool:
    path = PurePosixPath(name)
    instructions = path.name.startswith("instructions.") and len(path.parts) == 1
    return path.name in _RESERVED or instructions or any(part in _RESERVED_PARTS for part in path.parts)


def _input_problems(task: TaskSpec, inputs: NDArray[np.generic]) -> list[str]:
    expected = (len(inputs) if inputs.ndim else 0, *task.input.shape)
    return _array_problems("inputs", inputs, expected, (task.input.dtype,)) + (
        [] if inputs.size else [_("inputs.npy has no rows.")]
    )


def _target_problems(task: TaskSpec, hidden: Hidden) -> list[str]:
    """Class numbers, one a row, for accuracy; numbers in the shape of the output for errors."""
    rows = len(hidden.inputs) if hidden.inputs.ndim else 0
    if task.metric.name != "accuracy":
        return _array_problems("targets", hidden.targets, (rows, *task.output.shape), ("float32",))
    problems = _array_problems("targets", hidden.targets, (rows,), ("int32", "int64"))
    classes = max(task.output.shape[-1], 2)
    if not problems and hidden.targets.size and not np.isin(hidden.targets, np.arange(classes)).all():
        problems.append(_("targets.npy has class numbers outside 0 to {last}.").format(last=classes - 1))
    return problems


def _array_problems(name: str, array: NDArray[np.generic], shape: tuple[int, ...], dtypes: tuple[str, ...]) -> list[str]:
    problems = []
    if array.shape != shape:
        message = _("{name}.npy has shape {found}; the task asks for {expected}.")
        problems.append(message.format(name=name, found=array.shape, expected=shape))
    if array.dtype.name not in dtypes:
        message = _("{name}.npy holds {found}; the task asks for {expected}.")
        problems.append(message.format(name=name, found=array.dtype.name, expected=" / ".join(dtypes)))
    elif not np.isfinite(array).all():
        problems.append(_("{name}.npy holds values that are not finite.").format(name=name))
    return problems
