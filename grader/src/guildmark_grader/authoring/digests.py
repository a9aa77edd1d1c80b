"""What a calibration is bound to: digests of the data, of the build and of the scoring of a form, but of no statement."""

import ast
import hashlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path

from guildmark.packs.calibration import Digests
from guildmark.packs.model import ReferenceSpec, TaskSpec
from guildmark.packs.reader import Form, Pack

_RULES = {"metric", "thresholds", "limits", "size_limit_mib", "size_limit_kib", "either"}


def form_digests(pack: Pack, form: Form) -> Digests:
    """The digests of `form` as its files are now."""
    sources = [pack.sources / name for name in form.task.data]
    scripts = _with_modules(form.folder / "build.py", pack.modules)
    return Digests(
        data=_of_files(sources, pack.sources),
        build=_of_files(scripts, pack.folder),
        scoring=hashlib.sha256(_scoring(form.task)).hexdigest(),
    )


def measuring_digest(form: Form) -> str:
    """The digest of what makes the metric: the scoring without its bands."""
    return hashlib.sha256(_scoring(form.task, without={"thresholds"})).hexdigest()


def script_digest(form: Form, reference: ReferenceSpec) -> str:
    """The digest of a reference's script."""
    return hashlib.sha256((form.folder / "reference" / reference.solution).read_bytes()).hexdigest()


def _with_modules(script: Path, modules: Path) -> set[Path]:
    """`script`, the modules in `modules` that it imports, and those that they import."""
    found, waiting = {script}, [script]
    while waiting:
        imported = _imported(waiting.pop())
        new = {place for name in imported if (place := modules / f"{name}.py").is_file()} - found
        found |= new
        waiting += new
    return found


def _imported(script: Path) -> set[str]:
    """The first names of everything that `script` imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(script.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def _of_files(paths: Iterable[Path], root: Path) -> str:
    """One digest over the names below `root` and the contents of files, those in folders included."""
    whole = hashlib.sha256()
    files = {path for given in paths for path in ([given] if given.is_file() else given.rglob("*")) if path.is_file()}
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def _scoring(task: TaskSpec, *, without: Collection[str] = ()) -> bytes:
    """What turns predictions into a score, as text that is the same for the same rules."""
    rules = task.model_dump(mode="json", include=_RULES - set(without), exclude_none=True)
    tensors = [{"shape": entry.shape, "dtype": entry.dtype, "name": entry.name} for entry in task.inputs]
    output = {"shape": task.output.shape, "dtype": task.output.dtype}
    return json.dumps({**rules, "inputs": tensors, "output": output}, sort_keys=True).encode()
