"""ONNX graphs: data of other files, ops of other domains, loops, giants, and bytes that are no graph."""

from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, FEATURES, Bench
from tests.hostile.files.wire import field, number

_ELEMENTS = 1_000_000_000_000
_FOREVER = 2**62


def _model(
    nodes: list[Any], *, initializers: list[Any] | None = None, domains: dict[str, int] | None = None, **more: Any
) -> Any:
    """A model from `numbers` (N, 6) to `scores` (N, 3)."""
    from onnx import TensorProto, helper

    source = helper.make_tensor_value_info("numbers", TensorProto.FLOAT, ["N", FEATURES])
    target = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", CLASSES])
    graph = helper.make_graph(nodes, "graph", [source], [target], initializer=[*_matrix(), *(initializers or [])])
    imports = [helper.make_opsetid(domain, version) for domain, version in ({"": 17} | (domains or {})).items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=9, **more)


def _matrix() -> list[Any]:
    import numpy as np
    from onnx import numpy_helper

    return [numpy_helper.from_array(np.eye(FEATURES, CLASSES, dtype="float32"), "kernel")]


def _node(kind: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    from onnx import helper

    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)


def _write(at: Path, model: Any) -> None:
    at.write_bytes(model.SerializeToString())


def _constant(name: str, values: Any, kind: str = "int64") -> Any:
    import numpy as np
    from onnx import numpy_helper

    return numpy_helper.from_array(np.asarray(values, kind), name)


def _elsewhere(name: str, location: str) -> Any:
    """A tensor whose bytes are those of another file."""
    from onnx import TensorProto

    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1, CLASSES], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", "0"), ("length", str(4 * CLASSES))):
        tensor.external_data.add(key=key, value=value)
    return tensor


_ADDED = ("MatMul", "numbers kernel", "product"), ("Add", "product outside", "scores")


def external_data_beside(bench: Bench, at: Path) -> None:
    """A tensor in the file `secret` beside the model."""
    _write(at, _model([_node(*row) for row in _ADDED], initializers=[_elsewhere("outside", bench.marks.secret.name)]))


def external_data_by_path(bench: Bench, at: Path) -> None:
    location = "../" * 12 + str(bench.marks.secret).lstrip("/")
    _write(at, _model([_node(*row) for row in _ADDED], initializers=[_elsewhere("outside", location)]))


def external_data_in_a_branch(bench: Bench, at: Path) -> None:
    """The tensor is an attribute of a node in one branch of a condition."""
    from onnx import TensorProto, helper

    branches = []
    for name, value in (
        ("then_branch", _elsewhere("v", bench.marks.secret.name)),
        ("else_branch", _constant("v", [[0.0] * 3], "f4")),
    ):
        out = helper.make_tensor_value_info(f"{name}_out", TensorProto.FLOAT, [1, CLASSES])
        constant = helper.make_node("Constant", [], [f"{name}_out"], value=value)
        branches.append((name, helper.make_graph([constant], name, [], [out])))
    choice = helper.make_node("If", ["yes"], ["outside"], **dict(branches))
    nodes = [_node(*_ADDED[0]), choice, _node(*_ADDED[1])]
    _write(at, _model(nodes, initializers=[_constant("yes", True, "bool")]))


def op_of_another_domain(_bench: Bench, at: Path) -> None:
    """Python inside a graph, for runtimes that have the extension."""
    node = _node("PyOp", "numbers", "scores", domain="ai.onnx.contrib", module="os", compute="system")
    _write(at, _model([node], domains={"ai.onnx.contrib": 1}))


def op_of_the_runtime(_bench: Bench, at: Path) -> None:
    """An op that only this runtime has, outside of the standard."""
    fused = _node("FusedMatMul", "numbers kernel", "scores", domain="com.microsoft")
    _write(at, _model([fused], domains={"com.microsoft": 1}))


def hidden_in_a_function(_bench: Bench, at: Path) -> None:
    """A function of the model's own domain, whose body is an op of another one."""
    from onnx import helper

    body = helper.make_node("FusedMatMul", ["a", "b"], ["c"], domain="com.microsoft")
    imports = [helper.make_opsetid("com.microsoft", 1)]
    function = helper.make_function("own", "Multiply", ["a", "b"], ["c"], [body], imports)
    node = _node("Multiply", "numbers kernel", "scores", domain="own")
    _write(at, _model([node], domains={"own": 1, "com.microsoft": 1}, functions=[function]))


def function_of_itself(_bench: Bench, at: Path) -> None:
    from onnx import helper

    body = helper.make_node("Again", ["a", "b"], ["c"], domain="own")
    function = helper.make_function("own", "Again", ["a", "b"], ["c"], [body], [helper.make_opsetid("own", 1)])
    _write(at, _model([_node("Again", "numbers kernel", "scores", domain="own")], domains={"own": 1}, functions=[function]))


def never_ends(_bench: Bench, at: Path) -> None:
    from onnx import TensorProto, helper

    shapes: dict[str, tuple[int, list[Any]]] = {
        "turn": (TensorProto.INT64, []),
        "going": (TensorProto.BOOL, []),
        "value": (TensorProto.FLOAT, ["N", CLASSES]),
    }
    inputs = [helper.make_tensor_value_info(name, *shape) for name, shape in shapes.items()]
    outputs = [
        helper.make_tensor_value_info("still", TensorProto.BOOL, []),
        helper.make_tensor_value_info("next", TensorProto.FLOAT, ["N", CLASSES]),
    ]
    body = helper.make_graph([_node("Identity", "going", "still"), _node("Neg", "value", "next")], "body", inputs, outputs)
    nodes = [
        _node("MatMul", "numbers kernel", "product"),
        helper.make_node("Loop", ["turns", "yes", "product"], ["scores"], body=body),
    ]
    _write(at, _model(nodes, initializers=[_constant("turns", _FOREVER), _constant("yes", True, "bool")]))


def terabytes(_bench: Bench, at: Path) -> None:
    nodes = [
        _node("ConstantOfShape", "dims", "giant"),
        _node("ReduceMean", "giant", "mean", axes=[0], keepdims=0),
        _node("MatMul", "numbers kernel", "product"),
        _node("Add", "product mean", "scores"),
    ]
    _write(at, _model(nodes, initializers=[_constant("dims", [_ELEMENTS])]))


def too_many_rows(_bench: Bench, at: Path) -> None:
    """60 rows come out as 312 million: 3.7 GB, where one op of this runtime gives up at 4."""
    nodes = [_node("MatMul", "numbers kernel", "product"), _node("Tile", "product times", "scores")]
    _write(at, _model(nodes, initializers=[_constant("times", [5_200_000, 1])]))


def fewer_rows(_bench: Bench, at: Path) -> None:
    nodes = [_node("MatMul", "numbers kernel", "product"), _node("ReduceMax", "product", "scores", axes=[0], keepdims=1)]
    _write(at, _model(nodes))


def not_a_number(_bench: Bench, at: Path) -> None:
    nodes = [_node("MatMul", "numbers kernel", "product"), _node("Sub", "product product", "zero")]
    _write(at, _model([*nodes, _node("Div", "zero zero", "scores")]))


def declares_more_than_it_holds(_bench: Bench, at: Path) -> None:
    """A tensor of 2^60 elements with twelve bytes of data."""
    from onnx import TensorProto

    giant = TensorProto(name="outside", data_type=TensorProto.FLOAT, dims=[2**30, 2**30], raw_data=b"\0" * 12)
    _write(at, _model([_node(*row) for row in _ADDED], initializers=[giant]))


def deep_branches(_bench: Bench, at: Path) -> None:
    """Conditions in conditions, 1,000 deep: deeper than parsers of protobuf go."""
    node = _node("MatMul", "numbers kernel", "scores").SerializeToString()
    for _ in range(1000):
        branch = field(1, b"then_branch") + field(6, field(1, node)) + number(20, 5)
        node = field(1, b"yes") + field(2, b"scores") + field(4, b"If") + field(5, branch)
    model = _model([_node("MatMul", "numbers kernel", "scores")])
    model.graph.ClearField("node")
    at.write_bytes(model.SerializeToString() + field(7, field(1, node)))


def cut_short(_bench: Bench, at: Path) -> None:
    content = _model([_node("MatMul", "numbers kernel", "scores")]).SerializeToString()
    at.write_bytes(content[: len(content) * 2 // 3])
