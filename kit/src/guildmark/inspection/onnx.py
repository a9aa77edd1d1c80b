"""ONNX: one protocol buffer of a graph, its weights, and functions of the model's own.

ONNX has no first bytes of its own, so a file is one if it reads as one, strictly. Tensors may say that their values lie in
another file; operators may come from any domain, which a runtime could have filled with code. Both are refused, in subgraphs
and in functions as well as in the graph itself.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from guildmark.inspection import graph
from guildmark.inspection.findings import Finding, Inspection, Unfit, printable
from guildmark.inspection.limits import Limits
from guildmark.inspection.onnx_schema import SCHEMAS
from guildmark.inspection.protobuf import Document, Parsed, parse
from guildmark.inspection.shapes import Shapes, findings_on
from guildmark.rules.contract import Contract, ModelFormat, Shape

_IR_VERSION: Final = b"\x08"  # the first field, which every exporter writes first
_IR_VERSIONS: Final = range(3, 32)
_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_OF_THE_RUNTIME: Final = ("ai.onnx", "com.microsoft", "com.ms", "org.pytorch")
"""Where these domains begin, the runtime has operators of its own, which it prefers to a function of the model."""
_MARK: Final = b"ORTM"
_MARK_AT: Final = 4
"""The format of the runtime itself, which it takes any file for that has this mark, whatever else the file is."""
_STORED_INSIDE: Final = 0
_ITEM_BYTES: Final = {
    1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 8: 24, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2,
    17: 1, 18: 1, 19: 1, 20: 1, 21: 1, 22: 1, 23: 1, 24: 1,
}  # fmt: skip
_SPARSE_ITEM_BYTES: Final = 8
_RANK_LIMIT: Final = 64


def may_be(start: bytes) -> bool:
    """Whether a file that starts with these bytes could be ONNX: it gives the version of its format first."""
    return len(start) > 1 and start[:1] == _IR_VERSION and start[1] in _IR_VERSIONS


def inspect(path: Path, contract: Contract) -> Inspection:
    """What an ONNX file holds. Raises `Unfit` where reading cannot go on."""
    limits = Limits(contract.size_limit)
    content = path.read_bytes()
    if content[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK:
        raise Unfit("file.not_a_model")
    model = parse(content, "ModelProto", SCHEMAS)
    main = model.root.one("graph")
    if main is None:
        raise Unfit("file.not_a_model")
    names, inputs = _inputs(main)
    outputs = _shapes(main.all("output"))
    operations = tuple(sorted({node.text("op_type") for node in model.every("NodeProto")}))
    findings = graph.unique([*_domain_findings(model), *_tensor_findings(model, limits)])
    findings += graph.forbidden(operations, contract)
    return Inspection(
        format=ModelFormat.ONNX,
        findings=(*findings, *findings_on(inputs, outputs, contract, names)),
        layers=tuple(map(printable, operations)),
        input_shapes=inputs,
        output_shapes=outputs,
        parts={"": content},
    )


def _domain_findings(model: Document) -> Iterator[Finding]:
    functions = [(one.text("domain"), one.text("name"), one.text("overload")) for one in model.every("FunctionProto")]
    own = {domain for domain, *_ in functions}
    if len(set(functions)) != len(functions):
        raise Unfit("file.corrupt")
    for domain in sorted(own):
        if domain in _DOMAINS or domain.startswith(_OF_THE_RUNTIME):
            yield Finding("graph.domain", {"name": f"a function of its own in {printable(domain) or 'the standard domain'}"})
    if model.root.all("training_info") or model.root.all("configuration"):
        yield Finding("file.unknown_part", {"name": "training_info or configuration"})
    for opset in model.every("OperatorSetIdProto"):
        if opset.text("domain") not in _DOMAINS | own:
            yield Finding("graph.domain", {"name": printable(opset.text("domain"))})
    known = {(domain, name) for domain, name, _ in functions}
    for node in model.every("NodeProto"):
        name = (node.text("domain"), node.text("op_type"))
        if name[0] not in _DOMAINS and name not in known:
            yield Finding("graph.operation", {"name": printable(".".join(name))})


def _tensor_findings(model: Document, limits: Limits) -> Iterator[Finding]:
    declared = 0
    for tensor in model.every("TensorProto"):
        if tensor.number("data_location") != _STORED_INSIDE or tensor.all("external_data"):
            yield Finding("graph.external", {"name": printable(tensor.text("name"))})
        item = _ITEM_BYTES.get(tensor.number("data_type"))
        if item is None or tensor.all("segment"):
            raise Unfit("file.corrupt")
        declared += graph.declared_bytes(tensor.numbers("dims", _RANK_LIMIT), item)
    for sparse in model.every("SparseTensorProto"):
        declared += graph.declared_bytes(sparse.numbers("dims", _RANK_LIMIT), _SPARSE_ITEM_BYTES)
    if declared > limits.expanded_bytes:
        raise Unfit("archive.expands")


def _inputs(main: Parsed) -> tuple[tuple[str, ...], Shapes]:
    """Names and shapes of what has to be fed: older exporters list the weights among the inputs."""
    weights = {tensor.text("name") for tensor in main.all("initializer")}
    fed = [value for value in main.all("input") if value.text("name") not in weights]
    return tuple(value.text("name") for value in fed), _shapes(fed)


def _shapes(values: list[Parsed]) -> Shapes:
    found = [_shape(value) for value in values]
    known = [shape for shape in found if shape is not None]
    return tuple(known) if len(known) == len(found) else ()


def _shape(value: Parsed) -> Shape | None:
    kind = value.one("type")
    tensor = kind.one("tensor_type") if kind else None
    shape = tensor.one("shape") if tensor else None
    if shape is None or not shape.all("dim"):
        return None
    sizes = (dimension.number("dim_value") if dimension.all("dim_value") else None for dimension in shape.all("dim")[1:])
    return tuple(None if size is not None and not 0 < size < math.inf else size for size in sizes)
