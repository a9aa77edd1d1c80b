"""Models that Keras 3 and Keras 2 saved, and names of layers as every version has written them."""

import dataclasses
import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from guildmark.inspection import Finding, inspect_file, rewrite
from guildmark.rules.contract import TensorContract

pytestmark = pytest.mark.xdist_group("real-models")

WORDS = TensorContract((), "string")
LETTERS, NUMBERS = TensorContract((1,), "string", "letters"), TensorContract((2,), "int64", "numbers")


def found(path, contract):
    return inspect_file(path, contract).findings


@pytest.mark.parametrize(
    ("name", "version"), [("images.keras", "3."), ("images.h5", "3."), ("steps.keras", "2."), ("steps.h5", "2.")]
)
def test_x11_models_of_keras_3_and_keras_2_are_accepted(real, any_format, name, version):
    inspection = inspect_file(real / name, any_format)
    assert (inspection.findings, inspection.keras_version[:2], inspection.input_shapes) == ((), version, ((28, 28),))
    assert inspection.is_recurrent == name.startswith("steps")


@pytest.mark.parametrize("name", ["images.keras", "images.h5", "steps.keras", "steps.h5", "text.keras", "two.keras", "two.h5"])
def test_what_is_written_again_is_accepted_again(real, any_format, tmp_path, name):
    inputs = {"text": (WORDS,), "two": (LETTERS, NUMBERS)}.get(name.split(".")[0], any_format.inputs)
    contract = dataclasses.replace(any_format, inputs=inputs)
    inspection = inspect_file(real / name, contract)
    assert inspection.findings == ()
    assert inspect_file(rewrite(real / name, inspection, tmp_path), contract) == inspection


def test_x11_a_vocabulary_in_the_archive_is_accepted_and_kept(real, any_format, tmp_path):
    contract = dataclasses.replace(any_format, inputs=(WORDS,))
    inspection = inspect_file(real / "text.keras", contract)
    assert inspection.findings == ()
    with (
        zipfile.ZipFile(rewrite(real / "text.keras", inspection, tmp_path)) as again,
        zipfile.ZipFile(real / "text.keras") as old,
    ):
        vocabularies = [name for name in old.namelist() if name.startswith("assets/")]
        assert len(vocabularies) == 2
        assert [again.read(name) for name in vocabularies] == [old.read(name) for name in vocabularies]


def test_x11_a_vocabulary_that_h5_has_lost_is_named(real, any_format):
    contract = dataclasses.replace(any_format, inputs=(WORDS,))
    assert found(real / "text.h5", contract) == (Finding("layer.no_vocabulary", {"name": "TextVectorization"}),)


@pytest.mark.parametrize("name", ["two.keras", "two.h5"])
def test_x11_several_inputs_are_matched_by_name_and_else_in_order(real, any_format, name):
    def fed(*inputs):
        return found(real / name, dataclasses.replace(any_format, inputs=inputs))

    assert fed(LETTERS, NUMBERS) == fed(NUMBERS, LETTERS) == ()
    unnamed = tuple(dataclasses.replace(one, name=f"x{one.shape}") for one in (LETTERS, NUMBERS))
    assert fed(*unnamed) == ()
    assert [finding.code for finding in fed(*reversed(unnamed))] == ["contract.input_shape"] * 2
    assert fed(LETTERS) == (Finding("contract.input_count", {"found": 2, "expected": 1}),)


@pytest.mark.parametrize(
    ("module", "name", "home"),
    [
        ("keras.layers.core.dense", "Dense", "keras.layers"),
        ("keras.layers.core", "Dense", "keras.layers"),
        ("keras.src.layers.rnn.lstm", "LSTM", "keras.layers"),
        ("tensorflow.python.keras.layers.recurrent_v2", "LSTM", "keras.layers"),
        ("tensorflow.keras.layers", "GRU", "keras.layers"),
        ("tf_keras.src.layers.core.dense", "Dense", "keras.layers"),
        ("keras.layers.experimental.preprocessing", "Rescaling", "keras.layers"),
        ("keras.layers.preprocessing.normalization", "Normalization", "keras.layers"),
        ("keras.engine.input_layer", "InputLayer", "keras.layers"),
        ("keras.engine.functional", "Functional", "keras.src.engine.functional"),
        ("keras.src.engine.functional", "Functional", "keras.src.engine.functional"),
        ("keras.src.models.functional", "Functional", "keras.src.models.functional"),
        ("keras.engine.sequential", "Sequential", "keras"),
        ("keras.initializers.initializers_v2", "GlorotUniform", "keras.initializers"),
        (None, "LSTMV2", None),
        (None, "GRUV1", None),
        (None, "LocallyConnected1D", None),
        (None, "SyncBatchNormalization", None),
    ],
)
def test_x11_old_modules_are_known_and_written_as_every_loader_finds_them(files, contract, tmp_path, module, name, home):
    layer = files.layer("Dropout", noise=files.layer(name, module, layers=[], time_major=False, implementation=2))
    path = files.save_keras(tmp_path / "m.keras", files.honest(layer))
    inspection = inspect_file(path, contract)
    assert inspection.findings == ()
    (tmp_path / "out").mkdir()
    with zipfile.ZipFile(rewrite(path, inspection, tmp_path / "out")) as archive:
        written = json.loads(archive.read("config.json"))["config"]["layers"][2]["config"]["noise"]
    assert (written["class_name"], written.get("module")) == (name, home)


@pytest.mark.parametrize("name", ["TextVectorization", "StringLookup", "IntegerLookup"])
@pytest.mark.parametrize("vocabulary", [["a", "b"], [1, 2], None])
def test_x11_a_vocabulary_in_the_configuration_is_accepted(files, contract, tmp_path, name, vocabulary):
    path = files.save_keras(tmp_path / "m.keras", files.honest(files.layer(name, vocabulary=vocabulary)))
    assert found(path, contract) == ()


@pytest.mark.parametrize("key", ["vocabulary", "idf_weights"])
@pytest.mark.parametrize("value", ["/etc/passwd", "words.txt", {"class_name": "__bytes__", "config": {"value": "x"}}])
def test_x11_a_vocabulary_that_names_a_file_is_refused(files, contract, tmp_path, key, value):
    layer = files.layer("TextVectorization", **{key: value})
    for path in (
        files.save_keras(tmp_path / "m.keras", files.honest(layer)),
        files.save_h5(tmp_path / "m.h5", files.honest(layer)),
    ):
        assert Finding("layer.reads_files", {"name": "TextVectorization"}) in found(path, contract)


def test_a_small_archive_that_expands_as_far_as_is_allowed_is_written_again(files, contract, tmp_path):
    """The inspection's bound follows from the task's limit, not from the size of the file."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.random.default_rng(1).integers(0, 2, 6_000_000).astype(np.float32)
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(files.save_keras(path, files.honest())) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, "model.weights.h5": buffer.getvalue()}.items():
            archive.writestr(name, content)
    roomy = dataclasses.replace(contract, size_limit=8 * 1024 * 1024)
    assert (path.stat().st_size < 2 * 1024 * 1024, len(buffer.getvalue()) > 20 * 1024 * 1024) == (True, True)
    inspection = inspect_file(path, roomy)
    assert inspection.findings == ()
    (tmp_path / "out").mkdir()
    assert rewrite(path, inspection, tmp_path / "out").stat().st_size > 20 * 1024 * 1024
