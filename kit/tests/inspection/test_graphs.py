"""ONNX, TFLite and `torch.export`: operators, data outside of the file, and what would be code."""

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from guildmark.inspection import Finding, inspect_file, rewrite
from guildmark.inspection.onnx_schema import SCHEMAS
from guildmark.rules.contract import ModelFormat
from guildmark.rules.wording import describe

pytestmark = pytest.mark.xdist_group("real-models")

DATA = Path(__file__).with_name("data")


def found(path, contract):
    return inspect_file(path, contract).findings


def codes(path, contract):
    return [(finding.code, *finding.params.values()) for finding in found(path, contract)]


def onnx_model(*nodes, functions=(), domains=(), initializers=(), inputs=((28, 28),)):
    """28 x 28 in, ten out, as an ONNX model; `nodes` stand beside those that compute."""
    weights = onnx.numpy_helper.from_array(np.ones((784, 10), np.float32), "weights")
    fed = [helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, ["batch", *shape]) for i, shape in enumerate(inputs)]
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["x0"], ["flat"]), helper.make_node("MatMul", ["flat", "weights"], ["y"]), *nodes],
        "graph",
        fed,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])],
        [weights, *initializers],
    )
    opsets = [helper.make_opsetid(domain, 1) for domain in domains]
    return helper.make_model(graph, functions=functions, opset_imports=[helper.make_opsetid("", 18), *opsets])


@pytest.fixture
def save(tmp_path):
    def write(model):
        path = tmp_path / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return write


def test_x11_an_onnx_model_is_accepted_and_written_again(save, any_format, tmp_path):
    path = save(onnx_model())
    inspection = inspect_file(path, any_format)
    assert (inspection.format, inspection.findings) == (ModelFormat.ONNX, ())
    assert (inspection.input_shapes, inspection.output_shapes, inspection.layers) == (
        ((28, 28),),
        ((10,),),
        ("Flatten", "MatMul"),
    )
    (tmp_path / "again").mkdir()
    assert rewrite(path, inspection, tmp_path / "again").read_bytes() == path.read_bytes()


def test_x11_onnx_data_outside_of_the_file_are_refused(save, any_format):
    outside = TensorProto(name="stolen", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value="/etc/passwd")
    assert codes(save(onnx_model(initializers=[outside])), any_format) == [("graph.external", "stolen")]


def test_x11_onnx_data_outside_of_the_file_are_refused_in_a_subgraph(save, any_format):
    outside = TensorProto(name="stolen", data_type=TensorProto.FLOAT, dims=[4])
    outside.external_data.add(key="location", value="/etc/passwd")
    branch = helper.make_graph([helper.make_node("Constant", [], ["c"], value=outside)], "branch", [], [])
    node = helper.make_node("If", ["x0"], ["z"], then_branch=branch, else_branch=branch)
    assert codes(save(onnx_model(node)), any_format) == [("graph.external", "stolen")]


@pytest.mark.parametrize("domain", ["com.microsoft", "ai.onnx.preview.training", "my.library"])
def test_x11_onnx_operators_of_other_domains_are_refused(save, any_format, domain):
    model = onnx_model(helper.make_node("Evil", ["x0"], ["z"], domain=domain), domains=[domain])
    assert codes(save(model), any_format) == [("graph.domain", domain), ("graph.operation", f"{domain}.Evil")]


def test_x11_onnx_operators_are_refused_inside_a_function_of_the_model(save, any_format):
    inner = helper.make_node("Evil", ["a"], ["b"], domain="com.microsoft")
    function = helper.make_function("mine", "Wrapped", ["a"], ["b"], [inner], [helper.make_opsetid("com.microsoft", 1)])
    model = onnx_model(helper.make_node("Wrapped", ["x0"], ["z"], domain="mine"), functions=[function], domains=["mine"])
    assert codes(save(model), any_format) == [("graph.domain", "com.microsoft"), ("graph.operation", "com.microsoft.Evil")]


def test_onnx_functions_of_the_models_own_are_fine(save, any_format):
    function = helper.make_function(
        "mine", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 18)]
    )
    model = onnx_model(helper.make_node("Twice", ["x0"], ["z"], domain="mine"), functions=[function], domains=["mine"])
    assert codes(save(model), any_format) == []


@pytest.mark.parametrize("domain", ["com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc", "ai.onnx.ml"])
def test_x11_a_function_does_not_open_a_domain_whose_operators_the_runtime_has(save, any_format, domain):
    body = [helper.make_node("Relu", ["a"], ["b"])]
    own = helper.make_function(domain, "Gelu", ["a"], ["b"], body, [helper.make_opsetid("", 18)])
    node = helper.make_node("Gelu", ["flat"], ["z"], domain=domain)
    path = save(onnx_model(node, functions=[own], domains=[domain]))
    assert codes(path, any_format) == [("graph.domain", f"a function of its own in {domain}")]


def test_x11_an_onnx_file_is_no_file_of_another_format_as_well(save, any_format):
    path = save(onnx_model())
    content = path.read_bytes()
    hidden = b"\x08" + content[1:2] + b"\x92\x00" + b"ORTM" + content[2:]
    path.write_bytes(hidden)
    assert [code for code, *_ in codes(path, any_format)] == ["file.not_a_model"]


@pytest.mark.parametrize("needless", [b"\x92\x00\x01x", b"\x12\x81\x00x"], ids=["tag", "length"])
def test_x11_numbers_with_needless_bytes_are_damage(save, any_format, needless):
    path = save(onnx_model())
    content = path.read_bytes()
    path.write_bytes(content[:2] + needless + content[2:])
    assert codes(path, any_format) == [("file.corrupt",)]


def test_an_onnx_tensor_that_declares_more_than_a_model_needs_is_refused(save, any_format):
    huge = TensorProto(name="huge", data_type=TensorProto.FLOAT, dims=[10**6, 10**6])
    assert codes(save(onnx_model(initializers=[huge])), any_format) == [("archive.expands",)]


def test_several_onnx_inputs_are_matched_by_name_or_in_order(save, any_format):
    one, other = (
        dataclasses.replace(any_format.inputs[0], name="x0"),
        dataclasses.replace(any_format.inputs[0], shape=(3,), name="x1"),
    )
    swapped = dataclasses.replace(any_format, inputs=(other, one))
    path = save(onnx_model(inputs=((28, 28), (3,))))
    assert found(path, swapped) == ()
    nameless = dataclasses.replace(
        any_format, inputs=(dataclasses.replace(other, name="a"), dataclasses.replace(one, name="b"))
    )
    assert [code for code, *_ in codes(path, nameless)] == ["contract.input_shape", "contract.input_shape"]
    assert codes(path, any_format) == [("contract.input_count", 2, 1)]


def test_the_schema_is_onnxs_own():
    waiting, seen = [onnx.ModelProto.DESCRIPTOR], set()
    while waiting:
        message = waiting.pop()
        seen.add(message.full_name)
        ours = SCHEMAS[message.name]
        expected = {field.number: (field.name, field.is_repeated) for field in message.fields}
        assert {number: (field.name, field.is_repeated) for number, field in ours.items()} == expected
        waiting += [f.message_type for f in message.fields if f.message_type and f.message_type.full_name not in seen]


@pytest.fixture
def lite(real, tmp_path):
    """A TFLite file, changed as an object of its schema."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    def change(changes):
        model = schema.ModelT.InitFromPackedBuf((real / "images.tflite").read_bytes())
        changes(model, schema)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        path = tmp_path / "model.tflite"
        path.write_bytes(bytes(builder.Output()))
        return path

    return change


def test_x11_a_tflite_model_is_accepted_and_written_again(real, any_format, tmp_path):
    path = real / "images.tflite"
    inspection = inspect_file(path, any_format)
    assert (inspection.format, inspection.findings) == (ModelFormat.TFLITE, ())
    assert (inspection.input_shapes, inspection.output_shapes, "CONV_2D" in inspection.layers) == (((28, 28),), ((10,),), True)
    assert rewrite(path, inspection, tmp_path).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["FlexReadFile", "MyOperator"])
def test_x11_tflite_code_of_its_own_is_refused(lite, any_format, name):
    def custom(model, schema):
        code = model.operatorCodes[0]
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = name

    assert codes(lite(custom), any_format) == [("graph.operation", name)]


def test_a_tflite_operator_that_calls_compiled_code_is_refused(lite, any_format):
    def call(model, schema):
        model.operatorCodes[0].builtinCode = schema.BuiltinOperator.STABLEHLO_CUSTOM_CALL
        model.operatorCodes[0].deprecatedBuiltinCode = 127

    assert codes(lite(call), any_format) == [("graph.operation", "STABLEHLO_CUSTOM_CALL")]


@pytest.mark.parametrize(("number", "old"), [(5000, 127), (40, 3)])
def test_a_tflite_operator_that_is_none_is_damage(lite, any_format, number, old):
    def unknown(model, schema):
        model.operatorCodes[0].builtinCode, model.operatorCodes[0].deprecatedBuiltinCode = number, old

    assert codes(lite(unknown), any_format) == [("file.corrupt",)]


def test_x11_tflite_data_outside_of_the_file_are_refused(lite, any_format):
    def outside(model, schema):
        model.buffers[1].offset, model.buffers[1].size = 4096, 100

    assert codes(lite(outside), any_format) == [("graph.external", "a buffer after the end")]


def test_a_tflite_tensor_that_refers_to_nothing_is_damage(lite, any_format):
    def beyond(model, schema):
        model.subgraphs[0].tensors[0].buffer = 9999

    assert codes(lite(beyond), any_format) == [("file.corrupt",)]


def test_a_tflite_tensor_of_terabytes_is_refused(lite, any_format):
    def huge(model, schema):
        model.subgraphs[0].tensors[2].shape = [2**30, 2**30]

    assert codes(lite(huge), any_format) == [("archive.expands",)]


@pytest.fixture
def torch_archive(tmp_path):
    """An archive of `torch.export` whose JSON was changed: `path` leads to the place, and `value` is put there."""

    def change(entry, *path, value, model="images"):
        target = tmp_path / f"{model}.pt2"
        with zipfile.ZipFile(DATA / f"{model}.pt2") as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name.endswith(entry):
                    document = json.loads(content)
                    place = document
                    for step in path[:-1]:
                        place = place[step]
                    place[path[-1]] = value
                    content = json.dumps(document).encode()
                new.writestr(name, content)
        return target

    return change


@pytest.mark.parametrize("name", ["images", "steps"])
def test_x11_a_program_of_torch_is_accepted(any_format, name):
    inspection = inspect_file(DATA / f"{name}.pt2", any_format)
    assert (inspection.format, inspection.findings) == (ModelFormat.PT2, ())
    assert (inspection.input_shapes, inspection.output_shapes) == (((28, 28),), ((10,),))
    assert inspection.is_recurrent == (name == "steps")


def test_x11_what_is_written_again_has_no_pickle_and_no_text_of_a_person(any_format, tmp_path):
    path = DATA / "images.pt2"
    written = rewrite(path, inspect_file(path, any_format), tmp_path)
    with zipfile.ZipFile(written) as archive, zipfile.ZipFile(path) as original:
        programs = [
            one.read(next(name for name in one.namelist() if name.endswith("model.json"))) for one in (original, archive)
        ]
        assert [b"stack_trace" in program for program in programs] == [True, False]
        assert archive.read("model/data/sample_inputs/model.pt") == b""
    assert inspect_file(written, any_format).findings == ()


@pytest.mark.parametrize(
    "target",
    [
        "torch.ops.aten.from_file.default",
        "torch.load",
        "torch._C._jit_pass_inline",
        "_operator.methodcaller",
        "math.exp",
        "os.system",
    ],
)
def test_x11_operators_of_torch_that_are_not_for_computing_are_named(torch_archive, any_format, target):
    path = torch_archive("models/model.json", "graph_module", "graph", "nodes", 0, "target", value=target)
    assert codes(path, any_format) == [("graph.operation", target)]


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('id')", "Symbol('s1').__class__", "9**9**9**9", "x" * 500, "().__class__", "s1 if s1 else s1"],
)
def test_x11_a_size_that_is_an_expression_of_python_is_refused(torch_archive, any_format, text):
    place = ("graph_module", "graph", "tensor_values", "x", "sizes", 0, "as_expr", "expr_str")
    assert [code for code, *_ in codes(torch_archive("models/model.json", *place, value=text), any_format)] == [
        "graph.expression"
    ]


@pytest.mark.parametrize(
    "place",
    [
        ("graph_module", "graph", "nodes", 0, "name"),
        ("graph_module", "signature", "input_specs", 0, "parameter", "parameter_name"),
        ("graph_module", "module_call_graph", 0, "signature", "in_spec"),
        ("range_constraints", "x;import os"),
        ("torch_version",),
    ],
)
def test_x11_a_text_that_could_be_code_is_refused_wherever_it_stands(torch_archive, any_format, place):
    path = torch_archive("models/model.json", *place, value="a\nimport os")
    assert "graph.expression" in [code for code, *_ in codes(path, any_format)]


def test_x11_guards_which_are_code_are_left_out(torch_archive, any_format, tmp_path):
    path = torch_archive("models/model.json", "guards_code", value=["__import__('os').system('id')"])
    written = rewrite(path, inspect_file(path, any_format), tmp_path / "..")
    with zipfile.ZipFile(written) as archive:
        assert json.loads(archive.read("model/models/model.json"))["guards_code"] == []


def test_x11_a_weight_that_is_pickled_is_refused(torch_archive, any_format):
    path = torch_archive("model_weights_config.json", "config", "l.weight", "use_pickle", value=True)
    assert codes(path, any_format) == [("file.pickle", "l.weight")]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [("sizes", [{"as_int": 10}, {"as_int": 10**9}], "file.corrupt"), ("storage_offset", {"as_int": 50}, "file.corrupt")],
)
def test_a_weight_that_reaches_beyond_its_bytes_is_damage(torch_archive, any_format, key, value, code):
    path = torch_archive("model_weights_config.json", "config", "l.weight", "tensor_meta", key, value=value)
    assert codes(path, any_format) == [(code,)]


def test_a_weight_that_repeats_one_number_a_billion_times_is_refused(torch_archive, any_format):
    place = ("model_weights_config.json", "config", "l.weight", "tensor_meta")
    sizes = torch_archive(*place, value={**weight_meta(), "sizes": [{"as_int": 10**6}] * 2, "strides": [{"as_int": 0}] * 2})
    assert codes(sizes, any_format) == [("archive.expands",)]


def weight_meta():
    with zipfile.ZipFile(DATA / "images.pt2") as archive:
        name = next(name for name in archive.namelist() if name.endswith("model_weights_config.json"))
        return json.loads(archive.read(name))["config"]["l.weight"]["tensor_meta"]


def test_objects_and_compiled_code_in_the_archive_are_refused(any_format, tmp_path):
    path = tmp_path / "model.pt2"
    path.write_bytes((DATA / "images.pt2").read_bytes())
    top = zipfile.ZipFile(path).namelist()[0].split("/")[0]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{top}/data/constants/custom_obj_0", b"x")
        archive.writestr(f"{top}/data/aotinductor/model/model.so", b"x")
    assert [code for code, *_ in codes(path, any_format)] == ["archive.unsafe", "archive.unsafe"]


def test_a_pickled_model_of_torch_is_told_what_to_do(any_format, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02.")
    (tmp_path / "model.pt").write_bytes(buffer.getvalue())
    assert found(tmp_path / "model.pt", any_format) == (Finding("file.pickle", {"name": "model/data.pkl"}),)


STRANGE = [None, True, 7, -1.5, "x", [], [[]], {}, {"as_int": []}, [None, 28], 10**30]


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
@pytest.mark.parametrize("entry", ["models/model.json", "model_weights_config.json"])
def test_x11_no_value_in_any_place_of_a_program_makes_it_raise(torch_archive, any_format, entry, strange):
    with zipfile.ZipFile(DATA / "images.pt2") as archive:
        document = json.loads(archive.read(next(name for name in archive.namelist() if name.endswith(entry))))
    for steps in [*places(document, 4)]:
        inspection = inspect_file(torch_archive(entry, *steps, value=strange), any_format)
        assert all(describe(finding.code, finding.params) for finding in inspection.findings)


def places(node, depth):
    """The steps that lead to the first values within `node`, down to `depth` and two of each list."""
    pairs = node.items() if isinstance(node, dict) else list(enumerate(node))[:2] if isinstance(node, list) else ()
    for key, value in pairs:
        yield (key,)
        yield from ((key, *rest) for rest in places(value, depth - 1)) if depth else ()
