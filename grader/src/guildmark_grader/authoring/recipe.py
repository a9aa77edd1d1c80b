"""What a build is made of: its script, the modules of the pack that it imports, and the data that its task names.

A build runs on copies of these and of nothing else, and a calibration is bound to them: what is not digested is not there.
"""

import ast
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guildmark.packs.reader import Form, Pack


@dataclass(frozen=True)
class Recipe:
    """The files of one form's build; `modules` stand below the pack's folder of them, `data` below that of its sources."""

    script: Path
    modules: tuple[Path, ...]
    data: tuple[Path, ...]


@dataclass(frozen=True)
class Kitchen:
    """A copy of a recipe in folders of its own: what a running build sees."""

    script: Path
    modules: Path
    data: Path


def recipe(pack: Pack, form: Form) -> Recipe:
    """What the build of `form` is made of."""
    script = form.folder / "build.py"
    data = {path for name in form.task.data for path in _files(pack.sources / name)}
    return Recipe(script, tuple(sorted(imported_from([pack.modules], script))), tuple(sorted(data)))


def laid_out(pack: Pack, form: Form, folder: Path) -> Kitchen:
    """Copy what the build of `form` is made of into `folder`, so that nothing else of the pack is near it."""
    made = recipe(pack, form)
    kitchen = Kitchen(folder / "build" / made.script.name, folder / "lib", folder / "data")
    for place in (kitchen.script.parent, kitchen.modules, kitchen.data):
        place.mkdir()
    shutil.copyfile(made.script, kitchen.script)
    for path in made.modules:
        _copy(path, kitchen.modules / path.relative_to(pack.modules))
    for path in made.data:
        _copy(path, kitchen.data / path.relative_to(pack.sources))
    return kitchen


def imported_from(folders: list[Path], script: Path) -> set[Path]:
    """The files in `folders` that `script` imports, and those that they import; a package comes whole."""
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        new = {path for name in _imported(waiting.pop()) for folder in folders for path in _module(folder, name)} - found
        found |= new
        waiting += new
    return found - {script}


def _module(folder: Path, name: str) -> Iterator[Path]:
    if (folder / f"{name}.py").is_file():
        yield folder / f"{name}.py"
    elif (folder / name / "__init__.py").is_file():
        yield from _files(folder / name)


def _files(path: Path) -> Iterator[Path]:
    """`path` itself, or every file below it but those that systems and Python leave behind."""
    if path.is_file():
        yield path
        return
    for below in path.rglob("*"):
        parts = below.relative_to(path).parts
        if below.is_file() and "__pycache__" not in parts and not any(part.startswith(".") for part in parts):
            yield below


def _imported(script: Path) -> set[str]:
    """The first names of everything that `script` imports, wherever in it; none if it is no Python, which others report."""
    if script.suffix != ".py":
        return set()
    try:
        tree = ast.parse(script.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def _copy(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place)
