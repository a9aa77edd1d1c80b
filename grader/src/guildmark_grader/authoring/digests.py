"""What a calibration is bound to: digests of the data, of the build and of the scoring of a form, but of no statement."""

import ast
import hashlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path

from guildmark.packs.calibration import Digests
from guildmark.packs.model import ReferenceSpec, TaskSpec
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.recipe import imported_from, recipe

_RULES = {
    *("formats", "forbidden_layers", "size_limit_mib", "size_limit_kib", "limits"),
    *("either", "metric", "thresholds"),
}
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def form_digests(pack: Pack, form: Form) -> Digests:
    """The digests of `form` as its files are now."""
    made = recipe(pack, form)
    return Digests(
        data=_of_files(made.data, pack.sources),
        build=_of_files((made.script, *made.modules), pack.folder),
        scoring=hashlib.sha256(_scoring(form.task)).hexdigest(),
    )


def measuring_digest(form: Form) -> str:
    """The digest of what makes the metric: the scoring without its bands."""
    return hashlib.sha256(_scoring(form.task, without={"thresholds"})).hexdigest()


def script_digest(pack: Pack, form: Form, reference: ReferenceSpec) -> str:
    """The digest of a reference's code, and of what it imports of the files that stand beside it: the starter, say.

    Comments and docstrings do not count: a better word for candidates changes no model.
    """
    script = form.folder / "reference" / reference.solution
    whole = hashlib.sha256()
    for path in (script, *sorted(imported_from([form.folder, pack.folder / "public"], script))):
        whole.update(f"{path.name}\0{_code(path)}\0".encode())
    return whole.hexdigest()


def _code(path: Path) -> str:
    """What Python makes of a script, without comments and docstrings."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, _Documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _of_files(paths: Iterable[Path], root: Path) -> str:
    """One digest over the names below `root` and the contents of files."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def _scoring(task: TaskSpec, *, without: Collection[str] = ()) -> bytes:
    """What turns a file into a score, as text that is the same for the same rules. Units and meanings are words for people."""
    rules = task.model_dump(mode="json", include=_RULES - set(without), exclude_none=True)
    rules["metric"].pop("unit")
    tensors = [{"shape": entry.shape, "dtype": entry.dtype, "name": entry.name} for entry in task.inputs]
    output = {"shape": task.output.shape, "dtype": task.output.dtype}
    return json.dumps({**rules, "inputs": tensors, "output": output}, sort_keys=True).encode()
