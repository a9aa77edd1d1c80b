"""What a `build.py` left behind, held against its task: names, shapes, numbers, and nothing hidden among the public files."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from guildmark.i18n import _
from guildmark.packs.model import InputSpec, TaskSpec
from guildmark.packs.names import TARGETS, is_reserved_name
from guildmark_grader.authoring.arrays import array_problems, text_problems
from guildmark_grader.authoring.contents import arrays_in, unreadable_files
from guildmark_grader.authoring.leaks import leaked_rows
from guildmark_grader.authoring.targets import target_problems


@dataclass(frozen=True)
class Hidden:
    """The rows that a model is graded on, an array for each input of the task, and what it should answer."""

    inputs: tuple[NDArray[np.generic], ...]
    targets: NDArray[np.generic]


def public_files(folder: Path) -> dict[str, bytes]:
    """Every regular file below `folder`, by its path there. Links and devices are left out: nothing may point elsewhere."""
    paths = sorted(path for path in folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def hidden_arrays(folder: Path, task: TaskSpec) -> Hidden | list[str]:
    """The arrays that `task` asks for, never object arrays; or what keeps them from being read."""
    found = [_array(folder, name) for name in (*task.inputs_files, TARGETS)]
    arrays = [array for array in found if not isinstance(array, str)]
    if len(arrays) < len(found):
        return [problem for problem in found if isinstance(problem, str)]
    return Hidden(tuple(arrays[:-1]), arrays[-1])


def _array(folder: Path, name: str) -> NDArray[np.generic] | str:
    path = folder / name
    if not path.exists():
        return _("It made no {name} in the hidden folder.").format(name=name)
    array = arrays_in(path.read_bytes()).get("") if path.is_file() else None
    if array is None:
        return _("{name} is not an array of plain numbers or text.").format(name=name)
    return np.asarray(array, order="C")


def output_problems(task: TaskSpec, public: dict[str, bytes], hidden: Hidden | list[str]) -> list[str]:
    """Everything that is wrong with the files in `public` and the arrays in `hidden`."""
    if strange := [ascii(name) for name in public if not _is_utf_8(name)]:
        return [_("A public file has a name that is not UTF-8: {name}.").format(name=name) for name in strange]
    problems = [*_name_problems(public), *unreadable_files(public)]
    if not isinstance(hidden, Hidden):
        return problems + hidden
    for spec, name, array in zip(task.inputs, task.inputs_files, hidden.inputs, strict=True):
        problems += _input_problems(spec, name, array)
    problems += _row_problems(task, hidden) or target_problems(task, _rows(hidden.inputs[0]), hidden.targets)
    if not problems:
        leaks = leaked_rows(hidden.inputs, public)
        problems += [
            _("{count} hidden row(s) also stand in {name}.").format(count=leaks[name], name=name) for name in sorted(leaks)
        ]
    return problems


def _is_utf_8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _name_problems(public: dict[str, bytes]) -> Iterator[str]:
    """Names that cannot stand in an archive beside the others."""
    if not public:
        yield _("It made no public file.")
    for name in public:
        if is_reserved_name(name):
            yield _("The public file {name} has a name that is taken.").format(name=name)
        for above in PurePosixPath(name).parents:
            if above.as_posix() in public:
                yield _("The public file {name} stands in {folder}, which is a file too.").format(name=name, folder=above)


def _input_problems(spec: InputSpec, name: str, array: NDArray[np.generic]) -> list[str]:
    expected = (_rows(array), *spec.shape)
    problems = text_problems(name, array, expected) if spec.dtype == "string" else []
    if spec.dtype != "string":
        problems = array_problems(name, array, expected, (spec.dtype,))
    return problems + ([] if array.size else [_("{name} has no rows.").format(name=name)])


def _row_problems(task: TaskSpec, hidden: Hidden) -> list[str]:
    """Several inputs have as many rows."""
    counts = {name: _rows(array) for name, array in zip(task.inputs_files, hidden.inputs, strict=True)}
    if len(set(counts.values())) == 1:
        return []
    listed = ", ".join(f"{name}: {count}" for name, count in counts.items())
    return [_("The inputs have not as many rows each ({counts}).").format(counts=listed)]


def _rows(array: NDArray[np.generic]) -> int:
    return len(array) if array.ndim else 0
