"""The file as a whole: its size, its format, and what it is instead of a model."""

import dataclasses
import json
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

from guildmark.inspection import Finding, inspect_file, printable, rewrite
from guildmark.rules.contract import ModelFormat


def found(path, contract):
    return inspect_file(path, contract).findings


def test_an_honest_archive_has_no_findings(files, contract, tmp_path):
    inspection = inspect_file(files.save_keras(tmp_path / "m.keras", files.honest()), contract)
    assert inspection.findings == ()
    assert (inspection.format, inspection.keras_version) == (ModelFormat.KERAS, "3.15.1")
    assert inspection.layers == ("InputLayer", "Flatten", "Dense")
    assert (inspection.input_shapes, inspection.output_shapes) == (((28, 28),), ((10,),))


def test_an_honest_h5_file_of_keras_2_has_no_findings(files, contract, tmp_path):
    first = files.layer("Flatten", None, batch_input_shape=[32, 28, 28])
    config = files.sequential(first, files.layer("Dense", None, units=10, activation="softmax"), module=None)
    inspection = inspect_file(files.save_h5(tmp_path / "m.h5", config), contract)
    assert inspection.findings == ()
    assert (inspection.format, inspection.keras_version) == (ModelFormat.H5, "2.9.0")
    assert (inspection.input_shapes, inspection.output_shapes) == (((28, 28),), ())


def test_the_name_of_a_file_does_not_matter(files, contract, tmp_path):
    assert inspect_file(files.save_h5(tmp_path / "m.keras", files.honest()), contract).format is ModelFormat.H5
    assert inspect_file(files.save_keras(tmp_path / "m.h5", files.honest()), contract).format is ModelFormat.KERAS


@pytest.mark.parametrize("content", [b"This is text.", b"\x80\x04\x95pickle", b"PK", b"\x89HDF"])
def test_what_is_no_model_is_said_to_be_none(contract, tmp_path, content):
    (tmp_path / "m.h5").write_bytes(content)
    assert found(tmp_path / "m.h5", contract) == (Finding("file.not_a_model"),)


@pytest.mark.parametrize(
    "content",
    [
        b"# Category 1\n\nimport numpy as np\n",
        b"\xef\xbb\xbf'''Train.'''\r\nfrom tensorflow import keras\r\n",
        b"def solution_model():\n    return None\n",
        b'{"cells": [{"cell_type": "code"}], "nbformat": 4}',
    ],
)
@pytest.mark.parametrize("name", ["starter.py", "mymodel.keras"])
def test_x5_code_is_said_to_be_code(contract, tmp_path, content, name):
    (tmp_path / name).write_bytes(content)
    assert found(tmp_path / name, contract) == (Finding("file.code"),)


def test_an_empty_file_is_refused(contract, tmp_path):
    (tmp_path / "m.keras").touch()
    assert found(tmp_path / "m.keras", contract) == (Finding("file.empty"),)


def test_a_file_over_the_limit_is_not_even_read(files, contract, tmp_path):
    path = files.save_keras(tmp_path / "m.keras", files.honest())
    small = dataclasses.replace(contract, size_limit=100)
    assert found(path, small) == (Finding("file.too_large", {"found": path.stat().st_size, "limit": 100}),)


def test_a_format_that_the_task_does_not_take_is_refused(files, contract, tmp_path):
    only_keras = dataclasses.replace(contract, formats=(ModelFormat.KERAS,))
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    assert found(path, only_keras) == (Finding("file.format_not_allowed", {"found": ".h5", "expected": ".keras"}),)


def test_weights_without_a_model_are_recognised(files, contract, tmp_path):
    (tmp_path / "new.weights.h5").write_bytes(files.weights())
    with h5py.File(tmp_path / "old.h5", "w") as old:
        old.attrs["layer_names"] = [b"dense"]
        old["dense/dense/kernel:0"] = np.zeros(3, np.float32)
    with zipfile.ZipFile(tmp_path / "zipped.keras", "w") as archive:
        archive.writestr("model.weights.h5", files.weights())
    for name in ("new.weights.h5", "old.h5", "zipped.keras"):
        assert found(tmp_path / name, contract) == (Finding("file.weights_only"),)


def test_hdf5_with_other_data_is_no_model(contract, tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["measurements"] = np.zeros(3)
    assert found(tmp_path / "data.h5", contract) == (Finding("file.not_a_model"),)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_damaged(files, contract, tmp_path, name, share):
    save = files.save_keras if name == "m.keras" else files.save_h5
    path = save(tmp_path / name, files.honest())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert [finding.code for finding in found(path, contract)] in (["file.corrupt"], ["file.corrupt", "file.corrupt"])


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_no_damage_makes_it_raise(files, contract, tmp_path, name):
    save = files.save_keras if name == "m.keras" else files.save_h5
    original = save(tmp_path / name, files.honest()).read_bytes()
    random = np.random.default_rng(3)
    path = tmp_path / "damaged"
    for _ in range(150):
        content = bytearray(original)
        for place in random.integers(8, min(len(content), 4000), 6):
            content[place] = random.integers(256)
        path.write_bytes(content)
        inspection = inspect_file(path, contract)
        assert all(isinstance(finding, Finding) for finding in inspection.findings)


def test_several_findings_are_reported_at_once(files, contract, tmp_path):
    config = files.sequential(files.input_layer(32, 32, 3), files.layer("Conv2D", filters=2), files.dense(7, [784]))
    assert found(files.save_keras(tmp_path / "m.keras", config), contract) == (
        Finding("layer.forbidden", {"name": "Conv2D"}),
        Finding("contract.input_shape", {"found": "(None, 32, 32, 3)", "expected": "(None, 28, 28)"}),
        Finding("contract.output_shape", {"found": "(None, 7)", "expected": "(None, 10)"}),
    )


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_what_is_written_out_again_is_what_was_parsed(files, contract, tmp_path, name):
    save = files.save_keras if name == "m.keras" else files.save_h5
    config = {**files.honest(), "compile_config": {"optimizer": "adam"}}
    path = save(tmp_path / name, config)
    inspection = inspect_file(path, contract)
    (tmp_path / "out").mkdir()
    again = rewrite(path, inspection, tmp_path / "out")
    assert inspect_file(again, contract) == inspection
    if name == "m.keras":
        with zipfile.ZipFile(again) as archive:
            assert json.loads(archive.read("config.json")) == files.honest()
            weights = h5py.File(archive.open("model.weights.h5"))
            np.testing.assert_array_equal(weights["layers/dense/vars/0"], np.ones((784, 10)))
    else:
        with h5py.File(again) as file:
            assert json.loads(file.attrs["model_config"]) == files.honest()
            np.testing.assert_array_equal(file["model_weights/dense/dense/kernel:0"], np.ones((784, 10)))


def test_a_refused_file_is_never_written_out_again(files, contract, tmp_path):
    path = files.save_keras(tmp_path / "m.keras", files.sequential(files.layer("Lambda")))
    with pytest.raises(ValueError, match="passed"):
        rewrite(path, inspect_file(path, contract), tmp_path)


def test_names_are_printable_and_short():
    assert printable("conv\n\x1b[31m<é>") == "conv\\n\\x1b[31m<\\xe9>"
    assert len(printable("x" * 1000)) == 80


def test_no_framework_is_imported():
    script = "import sys, guildmark.inspection; print(sorted({'tensorflow', 'keras', 'h5py', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
