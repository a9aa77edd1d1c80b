"""SavedModel: a zip of the folder that `model.export(...)` or Keras 2 writes. A graph, its library of functions, and variables.

A graph can do whatever its operations can, files included, so every node is looked at: of each graph, of each function in its
library (nested ones are in the same flat library), and every function that an attribute names. Saving and restoring need
operations that read and write files; they may stand only in the two functions that the saver calls, and nobody else may call
those. Functions of one name twice, which loaders resolve in different ways, are refused.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from guildmark.inspection import graph, zipped
from guildmark.inspection.findings import Finding, Inspection, Unfit, printable
from guildmark.inspection.limits import Limits
from guildmark.inspection.protobuf import Document, Parsed, parse
from guildmark.inspection.saved_model_ops import CHECKPOINT, OBJECTS, OPERATIONS, REGISTERED
from guildmark.inspection.saved_model_schema import SCHEMAS
from guildmark.inspection.shapes import Shapes, findings_on
from guildmark.rules.contract import Contract, ModelFormat

GRAPH: Final = "saved_model.pb"
_SIGNATURE: Final = "serving_default"
_VARIABLES: Final = re.compile(r"variables/variables\.(?:index|data-\d{5}-of-\d{5})")
_LEFT_OUT: Final = frozenset({"fingerprint.pb", "keras_metadata.pb"})
_OF_THE_SYSTEM: Final = re.compile(r"__MACOSX/.*|(?:.*/)?\.DS_Store")
_ITEM_BYTES: Final = {1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 8: 8, 9: 8, 10: 1, 14: 2, 17: 2, 18: 16, 19: 2, 22: 4, 23: 8}
_TEXT_BYTES: Final = 24  # of the object that stands for a text in memory


def inspect(path: Path, contract: Contract) -> Inspection:
    """What the archive of a SavedModel holds. Raises `Unfit` where reading cannot go on."""
    limits = Limits(contract.size_limit)
    with zipped.opened(path, limits) as archive:
        top = top_folder(archive.names) or ""
        findings = archive.findings(lambda name: _is_expected(name, top))
        assets = [name for name in archive.names if name.startswith(f"{top}assets/")]
        kept = (name for name in archive.names if name == top + GRAPH or _VARIABLES.fullmatch(name.removeprefix(top)))
        parts = {name.removeprefix(top): archive.read(name) for name in kept}
    findings += [Finding("graph.asset", {"name": printable(name)}) for name in assets]
    saved = parse(parts[GRAPH], "SavedModel", SCHEMAS)
    graphs = saved.root.all("meta_graphs")
    if not graphs:
        raise Unfit("file.corrupt")
    findings += graph.unique(
        [*_tensors_findings(saved, limits), *(one for found in graphs for one in _findings_of(found, saved))]
    )
    operations = tuple(sorted({node.text("op") for node in saved.every("NodeDef")}))
    signature = graphs[0].mapping("signature_def").get(_SIGNATURE)
    names, inputs, outputs = _shapes(signature)
    if not names or not outputs:
        findings.append(Finding("graph.no_signature"))
    findings += graph.forbidden(operations, contract)
    return Inspection(
        format=ModelFormat.SAVED_MODEL,
        findings=(*findings, *findings_on(inputs, outputs, contract, names)),
        layers=tuple(map(printable, operations)),
        input_shapes=inputs,
        output_shapes=outputs,
        parts=parts,
    )


def top_folder(names: tuple[str, ...]) -> str | None:
    """The folder in the archive that holds the graph, with its slash; empty for none, and None without a graph."""
    found = [name.removesuffix(GRAPH) for name in names if name == GRAPH or name.endswith(f"/{GRAPH}")]
    fitting = [top for top in found if top.count("/") <= 1 and not _OF_THE_SYSTEM.fullmatch(top)]
    return fitting[0] if len(fitting) == 1 else None


def _is_expected(name: str, top: str) -> bool:
    if _OF_THE_SYSTEM.fullmatch(name):
        return True
    inner = name.removeprefix(top) if name.startswith(top) else ""
    return inner == GRAPH or inner in _LEFT_OUT or inner.startswith("assets/") or bool(_VARIABLES.fullmatch(inner))


def _findings_of(meta_graph: Parsed, saved: Document) -> Iterator[Finding]:
    whole = meta_graph.one("graph_def") or Parsed("GraphDef")
    library = whole.one("library") or Parsed("FunctionDefLibrary")
    functions = {_name_of(function): function for function in library.all("function")}
    if len(functions) != len(library.all("function")):
        raise Unfit("file.corrupt")
    objects = meta_graph.one("object_graph_def")
    if objects is None:
        raise Unfit("graph.first_version")
    yield from (Finding("graph.asset", {"name": printable(one.text("filename"))}) for one in meta_graph.all("asset_file_def"))
    yield from _objects_findings(objects)
    savers = _savers(meta_graph, saved, library, objects)
    for name, nodes in (("", whole.all("node")), *((name, one.all("node_def")) for name, one in functions.items())):
        allowed = OPERATIONS | functions.keys() | (CHECKPOINT if name in savers else frozenset())
        for operation in dict.fromkeys(node.text("op") for node in nodes):
            if operation not in allowed:
                yield Finding("graph.operation", {"name": printable(operation)})


def _objects_findings(objects: Parsed) -> Iterator[Finding]:
    for node in objects.all("nodes"):
        user = node.one("user_object")
        names = (node.text("registered_name"), node.text("registered_saver"))
        if user is not None and user.text("identifier") not in OBJECTS:
            yield Finding("graph.object", {"name": printable(user.text("identifier"))})
        if names[0] not in REGISTERED or names[1]:
            yield Finding("graph.object", {"name": printable(names[1] or names[0])})
        if node.one("asset") is not None:
            yield Finding("graph.asset", {"name": "an asset"})


def _tensors_findings(saved: Document, limits: Limits) -> Iterator[Finding]:
    declared = 0
    for tensor in saved.every("TensorProto"):
        if tensor.all("resource_handle_val") or tensor.all("variant_val"):
            yield Finding("file.unknown_part", {"name": "a constant that is no plain tensor"})
        shape = tensor.one("tensor_shape")
        sizes = [dimension.number("size") for dimension in shape.all("dim")] if shape else []
        declared += graph.declared_bytes(sizes, _ITEM_BYTES.get(tensor.number("dtype"), _TEXT_BYTES))
        if declared > limits.expanded_bytes:
            raise Unfit("archive.expands")


def _savers(meta_graph: Parsed, saved: Document, library: Parsed, objects: Parsed) -> frozenset[str]:
    """The functions that save and restore, as far as nothing but the saver's own two nodes calls them or uses those nodes."""
    saver = meta_graph.one("saver_def") or Parsed("SaverDef")
    ends = {_node_of(saver.text("save_tensor_name")), _node_of(saver.text("restore_op_name"))} - {""}
    own = [node for node in saved.every("NodeDef") if node.text("name") in ends]
    called = Counter(attribute.text("name") for node in own for attribute in _functions_of(node))
    everywhere = Counter(function.text("name") for function in saved.every("NameAttrList"))
    elsewhere = {name for name, times in everywhere.items() if times > called[name]}
    elsewhere |= {node.text("op") for node in saved.every("NodeDef")} | set(objects.mapping("concrete_functions"))
    elsewhere |= {one.text("concrete_function_name") for one in saved.every("SavedBareConcreteFunction")}
    elsewhere |= {name for one in saved.every("SavedFunction") for name in one.all("concrete_functions")}
    elsewhere |= {one.text("gradient_func") for part in ("gradient", "registered_gradients") for one in library.all(part)}
    used = {_node_of(name) for node in saved.every("NodeDef") for name in node.all("input")}
    used |= {_node_of(tensor.text("name")) for tensor in saved.every("TensorInfo")}
    return frozenset() if ends & used or len(own) > len(ends) else frozenset(called.keys() - elsewhere)


def _functions_of(node: Parsed) -> Iterator[Parsed]:
    values = (entry.one("value") for entry in node.all("attr"))
    return (value.one("func") for value in values if value is not None and value.one("func") is not None)


def _name_of(function: Parsed) -> str:
    signature = function.one("signature")
    return signature.text("name") if signature else ""


def _node_of(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]


def _shapes(signature: Parsed | None) -> tuple[tuple[str, ...], Shapes, Shapes]:
    """Names and shapes of the inputs, shapes of the outputs; empty where the signature does not tell."""
    if signature is None:
        return (), (), ()
    inputs, outputs = signature.mapping("inputs"), signature.mapping("outputs")
    names = tuple(sorted(inputs))
    return names, _all_shapes(inputs[name] for name in names), _all_shapes(outputs[name] for name in sorted(outputs))


def _all_shapes(tensors: Iterator[Parsed | None]) -> Shapes:
    found = []
    for tensor in tensors:
        shape = tensor.one("tensor_shape") if tensor else None
        if shape is None or shape.number("unknown_rank") or not shape.all("dim"):
            return ()
        sizes = [dimension.number("size") for dimension in shape.all("dim")]
        found.append(tuple(None if size < 0 else size for size in sizes[1:]))
    return tuple(found)
