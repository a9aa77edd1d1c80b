"""The program in a `.pt2` archive: JSON from which PyTorch writes Python and runs it, so no text in it may be more than a name.

When such a program is loaded, sizes go through `sympify`, guards through `exec`, and names of nodes and weights end in the
source of a generated module. So everything that is only for people or for debuggers is left out, guards too, and every text
that stays is a name, a size made of symbols and whole numbers, or the structure of the arguments as tuples, lists and
dictionaries.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from guildmark.inspection.findings import Finding, Unfit, printable
from guildmark.inspection.pt2_operators import is_allowed
from guildmark.rules.contract import Shape

_PARTS: Final = ("graph_module", "opset_version", "range_constraints", "schema_version", "verifiers", "torch_version")
_LEFT_OUT: Final = {"guards_code": list, "metadata": dict}
_OBJECTS: Final = frozenset({"as_custom_obj", "as_operator", "as_graph", "as_string_to_argument", "custom_obj", "token"})
_SPECIFICATIONS: Final = frozenset({"in_spec", "out_spec"})
_MODULES: Final = "module_call_graph"

_NAME: Final = re.compile(r"[A-Za-z0-9_.]{0,200}")
_SIZE_PART: Final = re.compile(
    r"Symbol|Integer|Mul|Add|Max|Min|Mod|FloorDiv|CeilDiv|ModularIndexing|positive|negative|nonnegative|integer|nonzero|zero"
    r"|True|False|'[su]\d{1,6}'|[su]\d{1,6}|\d+|[-(),=+* ]"
)
_SIZE_LENGTH: Final = 400
_WORDS: Final = re.compile(r"[A-Za-z0-9_.,+\-> ]{0,200}")
_FREE_TEXT: Final = frozenset({"as_float", "as_string", "torch_version"})
_STRUCTURE: Final = frozenset({None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"})
_STRUCTURE_DEPTH: Final = 20


def cleaned(program: Mapping[str, Any]) -> dict[str, Any]:
    """The program without what is not needed to run it. Raises `Unfit` if it is none."""
    unknown = program.keys() - {*_PARTS, *_LEFT_OUT}
    if unknown:
        raise Unfit("file.unknown_part", {"name": printable(min(unknown))})
    kept: dict[str, Any] = json.loads(json.dumps({part: program[part] for part in _PARTS if part in program}))
    stack: list[Any] = [kept]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            node.update({key: empty() for key, empty in _LEFT_OUT.items() if key in node})
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    module = kept.get("graph_module")
    if not isinstance(module, dict) or not isinstance(module.get("graph"), dict) or not isinstance(module.get(_MODULES), list):
        raise Unfit("config.unreadable")
    module[_MODULES] = [entry for entry in module[_MODULES] if isinstance(entry, dict) and entry.get("fqn") == ""]
    return {**kept, "guards_code": []}


def findings_in(program: Mapping[str, Any]) -> Iterator[Finding]:
    """Operators that are not allowed, objects, and texts that are more than a name. `program` is `cleaned`."""
    for operator in operators_in(program):
        if not is_allowed(operator):
            yield Finding("graph.operation", {"name": printable(operator)})
    stack: list[tuple[str, Any]] = [("", program)]
    while stack:
        key, node = stack.pop()
        if isinstance(node, dict):
            yield from (Finding("graph.object", {"name": printable(name)}) for name in _OBJECTS & node.keys())
            yield from (_text(name) for name in node if not _NAME.fullmatch(name))
            stack.extend(node.items())
        elif isinstance(node, list):
            stack.extend((key, value) for value in node)
        elif isinstance(node, str) and not _is_harmless(key, node):
            yield _text(node)


def operators_in(program: Mapping[str, Any]) -> tuple[str, ...]:
    """What the nodes of the program call, each once. Raises `Unfit` if they are no nodes."""
    nodes = program["graph_module"]["graph"].get("nodes")
    if not isinstance(nodes, list) or not all(isinstance(node, dict) and isinstance(node.get("target"), str) for node in nodes):
        raise Unfit("config.unreadable")
    return tuple(dict.fromkeys(node["target"] for node in nodes))


def ends(program: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Shape, ...], tuple[Shape, ...]]:
    """Names and shapes of the inputs, and shapes of the outputs; empty where the program does not tell."""
    module = program["graph_module"]
    try:
        signature, values = module["signature"], module["graph"]["tensor_values"]
        fed = [spec["user_input"]["arg"]["as_tensor"]["name"] for spec in signature["input_specs"] if "user_input" in spec]
        given = [spec["user_output"]["arg"]["as_tensor"]["name"] for spec in signature["output_specs"] if "user_output" in spec]
        shapes = [tuple(_size(size) for size in values[name]["sizes"][1:]) for name in (*fed, *given)]
        names = tuple(map(str, fed))
    except (KeyError, TypeError, AttributeError):
        return (), (), ()
    return names, tuple(shapes[: len(fed)]), tuple(shapes[len(fed) :])


def _size(size: Mapping[str, Any]) -> int | None:
    whole = size.get("as_int")
    return whole if isinstance(whole, int) else None


def _text(text: str) -> Finding:
    return Finding("graph.expression", {"name": printable(text)})


def _is_harmless(key: str, text: str) -> bool:
    if key == "expr_str":
        return len(text) <= _SIZE_LENGTH and "**" not in text and not _SIZE_PART.sub("", text)
    if key in _SPECIFICATIONS:
        return _is_structure(text)
    return (_WORDS if key in _FREE_TEXT else _NAME).fullmatch(text) is not None


def _is_structure(text: str) -> bool:
    """Whether `text` is a nesting of tuples, lists and dictionaries, as PyTorch writes it: `[1, {"type": …, …}]`."""
    try:
        version, whole = json.loads(text)
        stack = [(whole, 1)]
        while stack:
            node, depth = stack.pop()
            inner, context = node["children_spec"], node["context"]
            keys = json.loads(context) if isinstance(context, str) else context
            names = keys if isinstance(keys, list) else []
            is_plain = node["type"] in _STRUCTURE and all(isinstance(name, str) and _NAME.fullmatch(name) for name in names)
            if not is_plain or depth > _STRUCTURE_DEPTH or not isinstance(keys, (list, type(None))):
                return False
            stack.extend((child, depth + 1) for child in inner)
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError):
        return False
    return bool(version == 1)
