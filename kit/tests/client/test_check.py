import json
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import onnx
import pytest

from guildmark.client import dry_run as dry
from guildmark.client.check import check_file
from guildmark.inspection import Finding, inspect_file
from guildmark.rules.contract import Contract, ModelFormat, TensorContract

CONTRACT = Contract((ModelFormat.KERAS, ModelFormat.H5), 1_000_000, (TensorContract((4,)),), TensorContract((1,)))

MAKE_MODELS = """
import os, sys
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
from tensorflow import keras
layers = keras.layers
def save(name, *chain):
    keras.Sequential(chain).save(os.path.join(sys.argv[1], name))
save("good.keras", keras.Input((4,)), layers.Dense(1))
save("wide.keras", keras.Input((4,)), layers.Dense(3))
save("lambda.keras", keras.Input((4,)), layers.Lambda(lambda x: x[:, :1]))
left, right = keras.Input(batch_shape=(48, 2), name="left"), keras.Input(batch_shape=(48, 3), name="right", dtype="int64")
both = layers.Concatenate()([left, layers.Rescaling(0.5)(right)])
keras.Model([right, left], layers.Dense(1)(both)).save(os.path.join(sys.argv[1], "pair.keras"))
keras.Model({"left": left, "right": right}, layers.Dense(1)(both)).save(os.path.join(sys.argv[1], "keyed.keras"))
words = layers.TextVectorization(output_mode="multi_hot", vocabulary=["sun", "rain"])
save("text.keras", keras.Input((), dtype="string"), words, layers.Dense(1))
numbers = layers.TextVectorization(output_sequence_length=4, vocabulary=["sun", "rain"])
save("text_rows.keras", keras.Input((1,), dtype="string"), numbers, layers.Rescaling(1.0), layers.Dense(1))
known = layers.StringLookup(output_mode="multi_hot", vocabulary=["sun", "rain"])
save("texts.keras", keras.Input((2,), dtype="string"), known, layers.Dense(1))
"""

# Stands in for TensorFlow in the candidate's interpreter: the "model" is Python that says how it behaves.
FAKE_TENSORFLOW = """
import os
import numpy
__version__ = "2.99.0"
class Tensor:
    def __init__(self, *shape, name="x"): self.shape, self.name = shape, name
class keras:
    class models:
        @staticmethod
        def load_model(path, compile=True):
            assert compile is False
            scope = {"Tensor": Tensor, "numpy": numpy, "os": os}
            exec(open(path).read(), scope)
            return scope["Model"]()
"""
MODEL = """
class Model:
    inputs, outputs = [Tensor(None, 4)], [Tensor(None, 1)]
    def predict(self, x, batch_size, verbose):
        assert x.shape == (batch_size, 4) == (2, 4) and not x.any()
        return numpy.zeros((len(x), 1))
"""


def misfit(side, found, expected):
    return Finding(f"contract.{side}_shape", {"found": found, "expected": expected})


@pytest.fixture
def behaves(tmp_path, monkeypatch):
    """Runs a model file made of Python in an interpreter whose TensorFlow is the fake one."""
    (tmp_path / "fake" / "tensorflow").mkdir(parents=True)
    (tmp_path / "fake" / "tensorflow" / "__init__.py").write_text(FAKE_TENSORFLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "fake"))

    def run(source, contract=CONTRACT):
        (tmp_path / "model").write_text(source)
        return dry.dry_run(tmp_path / "model", contract, python=Path(sys.executable))

    return run


def test_x5_a_model_that_fits_passes(behaves):
    run = behaves(MODEL)
    assert (run.finished, run.framework, run.findings, run.detail) == (True, "2.99.0", (), None)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("[Tensor(None, 4)]", "[Tensor(None, 5)]", misfit("input", "(None, 5)", "(None, 4)")),
        ("[Tensor(None, 4)]", "[Tensor(None, 4)] * 2", Finding("contract.input_count", {"found": 2, "expected": 1})),
        ("(len(x), 1)", "(len(x), 3)", misfit("output", "(None, 3)", "(None, 1)")),
        ("return numpy.zeros((len(x), 1))", "return [x, x]", Finding("contract.output_count", {"found": 2, "expected": 1})),
        ("return numpy", "raise ValueError('no')\n        return numpy", Finding("model.raised", {})),
        ("return numpy", "os._exit(0)\n        return numpy", Finding("model.raised", {})),
        ("class Model:", "raise OSError('Not a model')\nclass Model:", Finding("model.not_loadable", {})),
        ("class Model:", "os.abort()\nclass Model:", Finding("model.not_loadable", {})),
    ],
)
def test_x5_a_model_that_does_not_fit_is_named(behaves, old, new, finding):
    run = behaves(MODEL.replace(old, new))
    assert (run.finished, run.findings) == (True, (finding,))


def test_what_the_framework_said_last_is_kept_for_the_candidate(behaves):
    run = behaves(MODEL.replace("return numpy", "raise ValueError('row 7')\n        return numpy"))
    assert run.detail == "ValueError: row 7"


def test_a_free_dimension_fits_any_length(behaves):
    assert behaves(MODEL.replace("Tensor(None, 4)", "Tensor(None, None)")).findings == ()


PAIR = (TensorContract((4,), name="left"), TensorContract((3,), "int64", "right"))
TWO_INPUT_MODEL = """
class Model:
    inputs, outputs = [Tensor(None, 3, name="right"), Tensor(None, 4, name="left:0")], [Tensor(None, 1)]
    input = inputs
    def predict(self, x, batch_size, verbose):
        assert [(one.shape, str(one.dtype)) for one in x] == [((2, 3), "int64"), ((2, 4), "float32")], x
        return {"answer": numpy.zeros((batch_size, 1))}
"""
IN_ORDER = TWO_INPUT_MODEL.replace("right", "b").replace("left", "a")


@pytest.mark.parametrize(
    ("source", "inputs", "findings"),
    [
        (TWO_INPUT_MODEL, PAIR, ()),
        (TWO_INPUT_MODEL, PAIR[::-1], ()),
        (IN_ORDER, PAIR[::-1], ()),
        (IN_ORDER, PAIR, (misfit("input", "(None, 3)", "(None, 4)"),)),
        (TWO_INPUT_MODEL, PAIR[:1], (Finding("contract.input_count", {"found": 2, "expected": 1}),)),
        (MODEL, PAIR, (Finding("contract.input_count", {"found": 1, "expected": 2}),)),
        (TWO_INPUT_MODEL.replace("input = inputs", "inputs = None"), PAIR[::-1], ()),
    ],
    ids=["by name", "by name in another order", "in order", "in the wrong order", "one wanted", "two wanted", "none declared"],
)
def test_several_inputs_are_fed_by_name_and_else_in_order(behaves, source, inputs, findings):
    run = behaves(source, replace(CONTRACT, inputs=inputs))
    assert (run.finished, run.findings) == (True, findings)


def test_a_model_of_a_dict_is_fed_by_its_own_keys(behaves):
    fed = 'assert sorted(x) == ["l", "r"]; x = [x["r"], x["l"]]\n        assert [(one'
    source = TWO_INPUT_MODEL.replace("input = inputs", 'input = {"l": inputs[1], "r": inputs[0]}').replace("assert [(one", fed)
    assert behaves(source, replace(CONTRACT, inputs=PAIR)).findings == ()


def test_a_baked_in_batch_size_is_fed_as_many_rows(behaves):
    source = MODEL.replace("Tensor(None, 4)", "Tensor(32, 4)").replace("(2, 4)", "(32, 4)")
    assert behaves(source).findings == ()


def test_an_interpreter_whose_tensorflow_does_not_start_says_nothing_of_the_model(behaves, tmp_path):
    (tmp_path / "fake" / "tensorflow" / "__init__.py").write_text("raise ImportError('DLL load failed')")
    run = behaves(MODEL)
    assert (run.finished, run.findings, run.detail) == (False, (), "ImportError: DLL load failed")


def test_an_interpreter_that_cannot_be_started_says_nothing_of_the_model(tmp_path):
    run = dry.dry_run(tmp_path / "model", CONTRACT, python=tmp_path / "no-python")
    assert (run.finished, run.findings) == (False, ())


def test_the_active_environment_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "conda"))
    found = [str(path) for path in dry._interpreters(tmp_path)]
    assert [found[0].startswith(str(tmp_path / "active")), found[1].startswith(str(tmp_path / "conda"))] == [True, True]
    assert found[-1] == sys.executable


def test_x5_the_environment_of_the_exam_folder_is_found_wherever_the_tool_was_started(tmp_path, monkeypatch):
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    exam = tmp_path / "exam"
    binary = exam / ".venv" / "bin"
    binary.mkdir(parents=True)
    (exam / ".venv" / "guildmark.json").write_text('{"stage": "whole", "requirements": ""}')
    (binary / "python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    assert next(dry._interpreters(exam)) == binary / "python"
    assert binary / "python" not in list(dry._interpreters(tmp_path))


def test_without_tensorflow_anywhere_nothing_is_run(tmp_path, monkeypatch):
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "")
    run = dry.dry_run(tmp_path / "model", CONTRACT)
    assert (run.python, run.finished, run.findings) == (None, False, ())


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Models that a real TensorFlow saved."""
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([sys.executable, "-c", MAKE_MODELS, str(folder)], check=True, capture_output=True, timeout=240)
    return folder


def test_x5_a_real_model_is_inspected_and_run(running, models, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    checked = running.check("1", models / "good.keras")
    assert (checked.passed, checked.inspection.format, "Dense" in checked.inspection.layers) == (True, ModelFormat.KERAS, True)
    assert (checked.dry_run.finished, checked.dry_run.findings) == (True, ())


@pytest.mark.models
@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("pair.keras", (TensorContract((2,), name="left"), TensorContract((3,), "int64", "right"))),
        ("keyed.keras", (TensorContract((2,), name="left"), TensorContract((3,), "int64", "right"))),
        ("pair.keras", (TensorContract((3,), "int64"), TensorContract((2,)))),
        ("text.keras", (TensorContract((), "string"),)),
        ("texts.keras", (TensorContract((2,), "string", "titles"),)),
    ],
)
def test_real_models_of_several_inputs_and_of_text_are_run(models, name, inputs):
    run = dry.dry_run(models / name, replace(CONTRACT, inputs=inputs), python=Path(sys.executable))
    assert (run.finished, run.findings, run.detail) == (True, (), None)


EITHER = (TensorContract((), "string", "text"), TensorContract((4,), "float32", "tokens"))


@pytest.mark.models
@pytest.mark.parametrize("name", ["text.keras", "text_rows.keras", "good.keras"])
def test_a_real_model_of_either_input_is_run_on_the_one_that_it_takes(models, name):
    run = dry.dry_run(models / name, replace(CONTRACT, inputs=EITHER, either=True), python=Path(sys.executable))
    assert (run.finished, run.findings, run.detail) == (True, (), None)


def test_x5_a_real_model_that_takes_neither_input_is_named(models):
    contract = replace(CONTRACT, inputs=(EITHER[0], TensorContract((5,), "float32", "tokens")), either=True)
    expected = (misfit("input", "(None, 4)", "(None,) string | (None, 5)"),)
    assert dry.dry_run(models / "good.keras", contract, python=Path(sys.executable)).findings == expected
    assert inspect_file(models / "good.keras", contract).findings == expected


def test_a_model_of_another_format_is_inspected_and_not_run(tmp_path):
    contract = replace(CONTRACT, formats=(ModelFormat.ONNX,))
    value = partial(onnx.helper.make_tensor_value_info, elem_type=onnx.TensorProto.FLOAT)
    node = onnx.helper.make_node("ReduceSum", ["x", "axes"], ["y"])
    axes = onnx.helper.make_tensor("axes", onnx.TensorProto.INT64, [1], [1])
    graph = onnx.helper.make_graph([node], "sum", [value("x", shape=["n", 4])], [value("y", shape=["n", 1])], [axes])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]), tmp_path / "mymodel.onnx")
    checked = check_file(tmp_path / "mymodel.onnx", "category1", contract, wants_dry_run=lambda _seen: True)
    assert (checked.inspection.format, checked.findings, checked.dry_run) == (ModelFormat.ONNX, (), None)


def test_x5_a_wrong_output_shape_is_named_before_it_is_sent(running, models, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    checked = running.check("1", models / "wide.keras")
    assert checked.findings == (Finding("contract.output_shape", {"found": "(None, 3)", "expected": "(None, 1)"}),)


def test_s9_a_lambda_is_refused_and_never_loaded(running, models):
    checked = running.check("1", models / "lambda.keras")
    assert [finding.code for finding in checked.findings] == ["layer.lambda"]
    assert checked.dry_run is None


def test_the_script_runs_where_nothing_of_ours_is_installed():
    script = Path(dry.__file__).with_name("dry_run_script.py").read_text()
    assert "guildmark" not in script.split('"""')[2]
    job = json.dumps(
        {"model": "x", "inputs": [{"name": "", "shape": [1], "dtype": "float32"}], "answer": "/nonexistent/answer"}
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-", job], input=script.encode(), capture_output=True, check=False)
    assert done.stderr.decode().splitlines()[-1].startswith("FileNotFoundError")
