"""TFLite: a FlatBuffer of subgraphs, tensors and buffers. Its operators are built in, or they are code that it brings along.

What is built in is a closed list; custom and Flex operators (`FlexReadFile`) are refused, and so are buffers that lie outside
the file. What is written out again is the file as it is: a FlatBuffer has one meaning only, and every offset that counts was
followed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from guildmark.inspection import graph
from guildmark.inspection.findings import Finding, Inspection, Unfit, printable
from guildmark.inspection.flatbuffer import Buffer, Table
from guildmark.inspection.limits import Limits
from guildmark.inspection.shapes import Shapes, findings_on
from guildmark.inspection.tflite_operators import ALLOWED, BUILT_IN
from guildmark.rules.contract import Contract, ModelFormat, Shape

MAGIC: Final = b"TFL3"
MAGIC_AT: Final = 4

# The fields that are read, by their number in schema.fbs.
_CODES, _SUBGRAPHS, _BUFFERS, _METADATA, _SIGNATURES, _EXTERNAL_GROUPS, _EXTERNAL = 1, 2, 4, 6, 7, 8, 9
_OLD_CODE, _CUSTOM_CODE, _CODE = 0, 1, 3
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS = 0, 1, 2, 3
_SHAPE, _TYPE, _BUFFER, _NAME, _SIGNATURE_SHAPE, _EXTERNAL_BUFFER = 0, 1, 2, 3, 7, 10
_OPCODE, _OPERATOR_INPUTS, _OPERATOR_OUTPUTS, _CUSTOM_OPTIONS, _LARGE_OPTIONS = 0, 1, 2, 5, 9
_DATA, _OFFSET = 0, 1
_SIGNATURE_INPUTS, _SIGNATURE_SUBGRAPH, _MAP_NAME, _MAP_TENSOR = 0, 4, 0, 1

_CUSTOM: Final = BUILT_IN.index("CUSTOM")
_LAST_OLD_CODE: Final = 127
_ITEM_BYTES: Final = {
    0: 4,
    1: 2,
    2: 4,
    3: 1,
    4: 8,
    5: 24,
    6: 1,
    7: 2,
    8: 8,
    9: 1,
    10: 8,
    11: 16,
    12: 8,
    15: 4,
    16: 2,
    17: 1,
    18: 2,
}
_OMITTED: Final = -1


def inspect(path: Path, contract: Contract) -> Inspection:
    """What a TFLite file holds. Raises `Unfit` where reading cannot go on."""
    content = path.read_bytes()
    model = Buffer(content).root()
    subgraphs = model.tables(_SUBGRAPHS)
    if not subgraphs:
        raise Unfit("file.corrupt")
    operators = tuple(map(_operator, model.tables(_CODES)))
    findings = graph.unique([*_operator_findings(operators), *_external_findings(model)])
    if findings:  # an operator that is not built in may also be wired as no other is
        return Inspection(ModelFormat.TFLITE, tuple(findings))
    for subgraph in subgraphs:
        _check(subgraph, len(operators), model.size(_BUFFERS, 4), Limits(contract.size_limit))
    names, inputs, outputs = _ends(model, subgraphs[0])
    used = tuple(sorted({operators[one.number(_OPCODE, "u32")] for part in subgraphs for one in part.tables(_OPERATORS)}))
    findings = graph.forbidden(used, contract)
    return Inspection(
        format=ModelFormat.TFLITE,
        findings=(*findings, *findings_on(inputs, outputs, contract, names)),
        layers=tuple(map(printable, used)),
        input_shapes=inputs,
        output_shapes=outputs,
        parts={"": content},
    )


def _operator(code: Table) -> str:
    """The name of an operator. Files before TensorFlow 2.4 have the code in a byte, later ones twice: the larger one holds."""
    number = max(code.number(_OLD_CODE, "i8"), code.number(_CODE, "i32"))
    if code.number(_OLD_CODE, "i8") not in (min(number, _LAST_OLD_CODE), 0) or not 0 <= number < len(BUILT_IN):
        raise Unfit("file.corrupt")
    return code.text(_CUSTOM_CODE) or BUILT_IN[_CUSTOM] if number == _CUSTOM or code.has(_CUSTOM_CODE) else BUILT_IN[number]


def _operator_findings(operators: tuple[str, ...]) -> Iterator[Finding]:
    return (Finding("graph.operation", {"name": printable(name)}) for name in operators if name not in ALLOWED)


def _external_findings(model: Table) -> Iterator[Finding]:
    tensors = [tensor for subgraph in model.tables(_SUBGRAPHS) for tensor in subgraph.tables(_TENSORS)]
    outside = [tensor.text(_NAME) for tensor in tensors if tensor.number(_EXTERNAL_BUFFER, "u32")]
    if model.has(_EXTERNAL_GROUPS) or model.has(_EXTERNAL):
        outside.append("an external buffer")
    if any(buffer.number(_OFFSET, "u64") for buffer in model.tables(_BUFFERS)):
        outside.append("a buffer after the end")
    if any(one.number(_LARGE_OPTIONS, "u64") for subgraph in model.tables(_SUBGRAPHS) for one in subgraph.tables(_OPERATORS)):
        outside.append("options after the end")
    return (Finding("graph.external", {"name": printable(name)}) for name in outside)


def _check(subgraph: Table, operators: int, buffers: int, limits: Limits) -> None:
    """Raises `Unfit` if a number in the subgraph refers to nothing, or a tensor is larger than a model can need."""
    tensors = subgraph.tables(_TENSORS)
    declared = 0
    for tensor in tensors:
        if tensor.number(_BUFFER, "u32") >= max(1, buffers):
            raise Unfit("file.corrupt")
        sizes = tensor.numbers(_SHAPE, "i32")
        declared = graph.declared_bytes([1 if size == _OMITTED else size for size in sizes], _item_bytes(tensor))
        if declared > limits.tensor_bytes:
            raise Unfit("archive.expands")
    references = [*subgraph.numbers(_INPUTS, "i32"), *subgraph.numbers(_OUTPUTS, "i32")]
    for operator in subgraph.tables(_OPERATORS):
        if operator.number(_OPCODE, "u32") >= operators or operator.size(_CUSTOM_OPTIONS):
            raise Unfit("file.corrupt")
        references += operator.numbers(_OPERATOR_INPUTS, "i32") + operator.numbers(_OPERATOR_OUTPUTS, "i32")
    if any(not _OMITTED <= reference < len(tensors) for reference in references):
        raise Unfit("file.corrupt")


def _item_bytes(tensor: Table) -> int:
    return _ITEM_BYTES.get(tensor.number(_TYPE, "i8"), 8)


def _ends(model: Table, main: Table) -> tuple[tuple[str, ...], Shapes, Shapes]:
    """Names and shapes of the inputs, and shapes of the outputs. A signature gives the names that the model was made with."""
    tensors = main.tables(_TENSORS)
    inputs, outputs = main.numbers(_INPUTS, "i32"), main.numbers(_OUTPUTS, "i32")
    if any(not 0 <= number < len(tensors) for number in (*inputs, *outputs)):
        raise Unfit("file.corrupt")
    given = {
        entry.number(_MAP_TENSOR, "u32"): entry.text(_MAP_NAME)
        for signature in model.tables(_SIGNATURES)
        if signature.number(_SIGNATURE_SUBGRAPH, "u32") == 0
        for entry in signature.tables(_SIGNATURE_INPUTS)
    }
    names = tuple(given.get(number) or tensors[number].text(_NAME) for number in inputs)
    return names, _shapes(tensors, inputs), _shapes(tensors, outputs)


def _shapes(tensors: list[Table], numbers: list[int]) -> Shapes:
    shapes = [_shape(tensors[number]) for number in numbers]
    known = [shape for shape in shapes if shape is not None]
    return tuple(known) if len(known) == len(shapes) else ()


def _shape(tensor: Table) -> Shape | None:
    """The shape without the batch. Where a size is free, the plain shape says 1 and the shape of the signature -1."""
    sizes = tensor.numbers(_SIGNATURE_SHAPE, "i32") or tensor.numbers(_SHAPE, "i32")
    return tuple(None if size < 0 else size for size in sizes[1:]) if sizes else None
