"""`.pt2`: archives of `torch.export` with pickles, compiled code and links in them. Made by hand: PyTorch is not needed."""

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, FEATURES, Bench, Json, write_zip
from tests.hostile.files.pickled import pickled_command

_FLOAT, _STRIDED = 7, 7


def _tensor(*sizes: Any) -> Json:
    """A tensor's description; a size that is no number is the free one."""
    free = {"as_expr": {"expr_str": "Symbol('s1', positive=True, integer=True)", "hint": {"as_int": 2}}}
    return {
        "dtype": _FLOAT,
        "sizes": [{"as_int": size} if size else free for size in sizes],
        "requires_grad": False,
        "device": {"type": "cpu", "index": None},
        "strides": [{"as_int": sizes[-1]}, {"as_int": 1}],
        "storage_offset": {"as_int": 0},
        "layout": _STRIDED,
    }


def _named(name: str) -> Json:
    return {"as_tensor": {"name": name}}


def _program(**node: Any) -> Json:
    """One linear layer; `node` changes its call."""
    call = {
        "target": "torch.ops.aten.linear.default",
        "inputs": [
            {"name": "input", "arg": _named("input"), "kind": 1},
            {"name": "weight", "arg": _named("p_weight"), "kind": 1},
        ],
        "outputs": [_named("linear")],
        "metadata": {},
        "is_hop_single_tensor_return": None,
        "name": "linear",
        **node,
    }
    values = {"p_weight": _tensor(CLASSES, FEATURES), "input": _tensor(None, FEATURES), "linear": _tensor(None, CLASSES)}
    graph = {
        "inputs": [_named("p_weight"), _named("input")],
        "outputs": [_named("linear")],
        "nodes": [call],
        "tensor_values": values,
        **{f"{kind}_values": {} for kind in ("sym_int", "sym_bool", "sym_float", "custom_obj")},
        "is_single_tensor_return": False,
    }
    specs = [
        {"parameter": {"arg": {"name": "p_weight"}, "parameter_name": "weight"}},
        {"user_input": {"arg": _named("input")}},
    ]
    leaf: Json = {"type": None, "context": None, "children_spec": []}
    inputs = [{"type": "builtins.tuple", "context": "null", "children_spec": [leaf]}]
    inputs.append({"type": "builtins.dict", "context": "[]", "children_spec": []})
    trees = {"in_spec": [1, {"type": "builtins.tuple", "context": "null", "children_spec": inputs}], "out_spec": [1, leaf]}
    called = {
        "inputs": [],
        "outputs": [],
        **{name: json.dumps(tree) for name, tree in trees.items()},
        "forward_arg_names": ["input"],
    }
    return {
        "graph_module": {
            "graph": graph,
            "signature": {"input_specs": specs, "output_specs": [{"user_output": {"arg": _named("linear")}}]},
            "module_call_graph": [{"fqn": "", "signature": called}],
            "metadata": {},
            "treespec_namedtuple_fields": {},
        },
        "opset_version": {"aten": 10},
        "range_constraints": {"s1": {"min_val": 0, "max_val": None}},
        "schema_version": {"major": 8, "minor": 14},
        "verifiers": ["TRAINING"],
        "torch_version": "2.9.0",
        "guards_code": [],
    }


def _entries(program: Json | None = None, weight: Json | None = None, **more: bytes) -> dict[str, bytes]:
    """The entries of an archive; in the names of `more`, two underscores are a slash."""
    eye = [float(row == column) for row in range(CLASSES) for column in range(FEATURES)]
    meta = {"path_name": "weight_0", "is_param": True, "use_pickle": False, "tensor_meta": _tensor(CLASSES, FEATURES)}
    own = {
        "archive_format": b"pt2",
        "archive_version": b"0",
        "byteorder": b"little",
        "models__model.json": json.dumps(program or _program()).encode(),
        "data__weights__model_weights_config.json": json.dumps({"config": {"weight": {**meta, **(weight or {})}}}).encode(),
        "data__weights__weight_0": struct.pack(f"<{len(eye)}f", *eye),
        "data__constants__model_constants_config.json": b'{"config": {}}',
        **more,
    }
    return {f"model/{name.replace('__', '/')}": content for name, content in own.items()}


def _pickle(bench: Bench) -> bytes:
    return pickled_command(f"touch {bench.marks.marker}")


def pickled_weights(bench: Bench, at: Path) -> None:
    write_zip(at, _entries(weight={"use_pickle": True}, data__weights__weight_0=_pickle(bench)))


def pickled_sample_inputs(bench: Bench, at: Path) -> None:
    """PyTorch keeps samples as a pickle in every archive, so this one may be there; but nobody may read it."""
    write_zip(at, _entries() | {"model/data/sample_inputs/model.pt": _pickle(bench)})


def pickled_state_of_older_archives(bench: Bench, at: Path) -> None:
    program = json.dumps(_program()).encode()
    write_zip(at, {"version": b"8.8", "serialized_exported_program.json": program, "serialized_state_dict.pt": _pickle(bench)})


def plain_pickle(bench: Bench, at: Path) -> None:
    """What `torch.save` wrote before there were archives: the file is a pickle."""
    at.write_bytes(_pickle(bench))


def saved_module(bench: Bench, at: Path) -> None:
    """What `torch.save` writes today: an archive around a pickle."""
    write_zip(at, {"archive/data.pkl": _pickle(bench), "archive/version": b"3\n", "archive/byteorder": b"little"})


def compiled_library(_bench: Bench, at: Path) -> None:
    """An archive with machine code that the loader would open as a shared library."""
    write_zip(at, _entries(data__aotinductor__model__kernel=b"\x7fELF" + b"\0" * 60))


def operator_of_somebody(_bench: Bench, at: Path) -> None:
    """An operator by the path of any attribute of the module."""
    write_zip(at, _entries(_program(target="torch.ops.os.system")))


def code_for_a_size(bench: Bench, at: Path) -> None:
    """A size is an expression, which the loader evaluates."""
    program = _program()
    size = program["graph_module"]["graph"]["tensor_values"]["input"]["sizes"][0]["as_expr"]
    size["expr_str"] = f"__import__('os').system('touch {bench.marks.marker}')"
    write_zip(at, _entries(program))


def climbing_entry(bench: Bench, at: Path) -> None:
    write_zip(at, _entries() | {"model/" + "../" * 12 + str(bench.marks.marker).lstrip("/"): b"x"})


def linked_weights(bench: Bench, at: Path) -> None:
    entries = _entries()
    entries.pop("model/data/weights/weight_0")
    write_zip(at, entries)
    with zipfile.ZipFile(at, "a") as archive:
        link = zipfile.ZipInfo("model/data/weights/weight_0")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(bench.marks.secret))
