"""Starters and references, read without running them: their title, the shapes that they write, and what they import.

Shapes are compared only where they can be told from the script: literals, and names and sums of such.
"""

import ast
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.model import Role
from guildmark.packs.reader import Form
from guildmark.rules.contract import Shape, fits, shape_text
from guildmark_grader.authoring.lint.markdown import Text

_STARTER = "starter.py"
_INPUT_SHAPE, _OUTPUT_SHAPE = "INPUT_SHAPE", "OUTPUT_SHAPE"
_INPUT_LAYERS = ("Input", "InputLayer")
_BATCHED = ("batch_shape", "batch_input_shape")
_SHAPED = ("shape", "input_shape")
_LARGEST = 2**31
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
# What a distribution is imported as, where that is not its name.
_IMPORTED_AS: Mapping[str, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "keras"),
    "tensorflow-cpu": ("tensorflow", "keras"),
    "tensorflow-macos": ("tensorflow", "keras"),
    "pillow": ("PIL",),
    "scikit-learn": ("sklearn",),
    "scikit-image": ("skimage",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "pyyaml": ("yaml",),
}
_Value = int | tuple[int | None, ...] | None


def title_problems(place: str, form: Form) -> Iterator[PackProblem]:
    """A starter that calls its category otherwise than the instructions do."""
    headings = Text(form.instructions.get("en", "")).headings
    tree = _parsed(form, _STARTER)
    if not headings or tree is None:
        return
    title = headings[0][1].text
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if not any(title in string for string in strings):
        message = _("It does not name its category as instructions.en.md does: {title}. Print that when the file is run.")
        yield PackProblem(f"{place}/{_STARTER}", None, message.format(title=repr(title)))


def script_shape_problems(place: str, form: Form) -> Iterator[PackProblem]:
    """Constants and Input layers of the starter and of references that are no mistake on purpose, and contradict the task."""
    starter = _parsed(form, _STARTER)
    known = _constants(starter) if starter is not None else {}
    if starter is not None:
        yield from _constant_problems(f"{place}/{_STARTER}", form, starter, known)
        yield from _layer_problems(f"{place}/{_STARTER}", form, starter, known)
    for reference in form.references:
        tree = _parsed(form, f"reference/{reference.solution}") if reference.role is not Role.REFUSED else None
        if tree is not None:
            yield from _layer_problems(f"{place}/reference/{reference.solution}", form, tree, known | _constants(tree))


def import_problems(place: str, form: Form, *, requirements: str, given: Collection[str]) -> Iterator[PackProblem]:
    """Imports of the starter that are not in Python, not in `requirements`, and not among the files `given` to candidates."""
    tree = _parsed(form, _STARTER)
    modules = {PurePosixPath(name).parts[0].removesuffix(".py") for name in given if name.endswith(".py")}
    there = set(sys.stdlib_module_names) | modules | set(_required(requirements))
    for node, name in _imports(tree) if tree is not None else ():
        if name not in there:
            message = _("It imports {name}, which a candidate has not got. Pin it in requirements.txt, or do without it.")
            yield PackProblem(f"{place}/{_STARTER}", node.lineno, message.format(name=name))


def _parsed(form: Form, name: str) -> ast.Module | None:
    """The script, or None where it is missing or no Python: that is reported elsewhere."""
    try:
        return ast.parse((form.folder / name).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _constant_problems(file: str, form: Form, tree: ast.Module, known: Mapping[str, _Value]) -> Iterator[PackProblem]:
    inputs = [entry.shape for entry in form.task.inputs]
    for name, right in ((_INPUT_SHAPE, inputs), (_OUTPUT_SHAPE, [form.task.output.shape])):
        found = known.get(name)
        if isinstance(found, tuple) and found not in right:
            message = _("{name} is {found}; task.toml says {right}. Write that.")
            shown = " / ".join(str(shape) for shape in right)
            yield PackProblem(file, _assigned(tree, name), message.format(name=name, found=found, right=shown))


def _layer_problems(file: str, form: Form, tree: ast.Module, known: Mapping[str, _Value]) -> Iterator[PackProblem]:
    """A script whose Input layers are all known, and of which none fits: a model inside another may begin with any shape."""
    found = list(_input_shapes(tree, known))
    shapes = [shape for _line, shape in found if shape is not None]
    inputs = [entry.shape for entry in form.task.inputs]
    if len(shapes) < len(found) or not shapes or any(fits(one, shape) for one in inputs for shape in shapes):
        return
    message = _("Its model takes {found}; task.toml says {right}. Begin it with an Input layer of that shape.")
    right = " / ".join(shape_text(shape) for shape in inputs)
    yield PackProblem(file, found[0][0], message.format(found=shape_text(shapes[0]), right=right))


def _input_shapes(tree: ast.Module, known: Mapping[str, _Value]) -> Iterator[tuple[int, Shape | None]]:
    """The lines and shapes (without the batch) of Input layers; None for a shape that cannot be told."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        is_layer = _last_name(node.func) in _INPUT_LAYERS
        batched = next((given[name] for name in _BATCHED if name in given), None)
        shaped = next((given[name] for name in _SHAPED if name in given), None)
        if batched is not None:
            value = _value(batched, known)
            yield node.lineno, value[1:] if isinstance(value, tuple) else None
        elif shaped is not None and (is_layer or "input_shape" in given):
            yield node.lineno, _shape(shaped, known)
        elif is_layer:
            yield node.lineno, _shape(node.args[0], known) if node.args else None


def _shape(node: ast.expr, known: Mapping[str, _Value]) -> Shape | None:
    value = _value(node, known)
    return value if isinstance(value, tuple) else None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _constants(tree: ast.Module) -> dict[str, _Value]:
    """The names that the script gives to whole numbers and shapes, outside of functions."""
    known: dict[str, _Value] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        value = _value(node.value, known)
        for target in node.targets:
            if isinstance(target, ast.Name):
                known[target.id] = value
            elif isinstance(target, ast.Tuple) and isinstance(value, tuple) and len(value) == len(target.elts):
                known |= {name.id: part for name, part in zip(target.elts, value, strict=True) if isinstance(name, ast.Name)}
    return known


def _value(node: ast.expr, known: Mapping[str, _Value]) -> _Value:
    """A whole number or a shape; None for whatever cannot be told."""
    try:
        return _read(node, known)
    except RecursionError:  # a sum of hundreds of terms
        return None


def _read(node: ast.expr, known: Mapping[str, _Value]) -> _Value:
    if isinstance(node, ast.Constant):
        return _counted(node.value) if isinstance(node.value, int) and not isinstance(node.value, bool) else None
    if isinstance(node, ast.Name | ast.Attribute):
        return known.get(_last_name(node))
    if isinstance(node, ast.Tuple | ast.List):
        return _steps(node.elts, known)
    if isinstance(node, ast.BinOp):
        left, right = _read(node.left, known), _read(node.right, known)
        if isinstance(left, int) and isinstance(right, int):
            return _counted(_reckoned(node.op, left, right))
        if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add):
            return left + right
    return None


def _counted(number: int | None) -> int | None:
    """`number` if it is of a size that shapes have."""
    return number if number is not None and abs(number) <= _LARGEST else None


def _steps(nodes: list[ast.expr], known: Mapping[str, _Value]) -> _Value:
    steps: list[int | None] = []
    for node in nodes:
        value = _read(node.value if isinstance(node, ast.Starred) else node, known)
        if isinstance(node, ast.Starred) and isinstance(value, tuple):
            steps += value
        elif isinstance(value, int) or (isinstance(node, ast.Constant) and node.value is None):
            steps.append(value if isinstance(value, int) else None)
        else:
            return None
    return tuple(steps)


def _reckoned(operator: ast.operator, left: int, right: int) -> int | None:
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    return left // right if isinstance(operator, ast.FloorDiv) and right else None


def _assigned(tree: ast.Module, name: str) -> int | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node)):
            return node.lineno
    return None


def _required(requirements: str) -> Iterator[str]:
    """What can be imported once `requirements` are installed."""
    for line in requirements.splitlines():
        if match := _REQUIREMENT.match(line.strip()):
            name = re.sub(r"[-_.]+", "-", match[1]).lower()
            yield from _IMPORTED_AS.get(name, (name.replace("-", "_"),))


def _imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """The modules that a script imports; what it tries, and can do without, is left out."""
    tried = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Try) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in tried:
            yield from ((node, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and id(node) not in tried and node.module and not node.level:
            yield node, node.module.partition(".")[0]
