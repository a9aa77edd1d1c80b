"""Whatever happens to the bytes of a real file: an inspection, never an error of ours, and never one that does not end."""

import functools
import time
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from guildmark.inspection import Finding, inspect_file
from guildmark.inspection.apart import inspect_apart
from guildmark.rules.wording import describe

pytestmark = pytest.mark.xdist_group("real-models")

DATA = Path(__file__).with_name("data")
REAL = ["images.keras", "text.keras", "images.zip", "text.zip", "images.tflite"]

damages = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.floats(0, 1), st.integers(0, 255)),
        st.tuples(st.just("flip"), st.floats(0, 1), st.integers(0, 7)),
        st.tuples(st.just("cut"), st.floats(0, 1), st.just(0)),
        st.tuples(st.just("repeat"), st.floats(0, 1), st.integers(1, 64)),
        st.tuples(st.just("drop"), st.floats(0, 1), st.integers(1, 64)),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def onnx_file():
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("MatMul", ["flat", "w"], ["y"])],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 28, 28])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])],
        [onnx.numpy_helper.from_array(np.ones((784, 10), np.float32), "w")],
    )
    return helper.make_model(graph).SerializeToString()


def damaged(content, changes):
    for kind, share, value in changes:
        content = bytearray(content)
        at = min(int(share * len(content)), len(content) - 1)
        if at < 0:
            break
        if kind == "set":
            content[at] = value
        elif kind == "flip":
            content[at] ^= 1 << value
        elif kind == "cut":
            del content[at:]
        elif kind == "repeat":
            content[at:at] = content[at : at + value]
        else:
            del content[at : at + value]
    return bytes(content)


def only_findings(path, content, contract, inspect=inspect_file):
    path.write_bytes(content)
    start = time.monotonic()
    inspection = inspect(path, contract)
    assert time.monotonic() - start < 20
    assert all(isinstance(finding, Finding) and describe(finding.code, finding.params) for finding in inspection.findings)


@pytest.mark.parametrize("name", [*REAL, "images.pt2", "steps.pt2"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(changes=damages)
def test_x11_a_damaged_file_ends_in_findings(real, any_format, tmp_path, name, changes):
    folder = DATA if name.endswith(".pt2") else real
    only_findings(tmp_path / "damaged", damaged((folder / name).read_bytes(), changes), any_format)


@pytest.mark.parametrize("name", ["images.h5", "steps.h5"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(changes=damages)
def test_x11_a_damaged_hdf5_file_ends_in_findings_even_where_hdf5_does_not_end(real, any_format, tmp_path, name, changes):
    limited = functools.partial(inspect_apart, time_limit_s=10)
    only_findings(tmp_path / "damaged", damaged((real / name).read_bytes(), changes), any_format, limited)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=damages)
def test_x11_a_damaged_onnx_file_ends_in_findings(any_format, tmp_path, changes, onnx_file):
    only_findings(tmp_path / "damaged", damaged(onnx_file, changes), any_format)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=damages)
def test_x11_a_damaged_graph_within_an_archive_ends_in_findings(real, any_format, tmp_path, changes):
    """The checksum of the archive is right, so that the damage reaches the protocol buffer."""
    with zipfile.ZipFile(real / "images.zip") as old, zipfile.ZipFile(tmp_path / "again.zip", "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, damaged(content, changes) if info.filename == "saved_model.pb" else content)
    only_findings(tmp_path / "again", (tmp_path / "again.zip").read_bytes(), any_format)


@pytest.mark.parametrize(
    "start", [b"TFL3", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"\x08\x0a"], ids=["tflite", "hdf5", "zip", "onnx"]
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=400))
def test_x11_noise_after_the_first_bytes_ends_in_findings(any_format, tmp_path, start, content):
    only_findings(tmp_path / "noise", (b"\x14\0\0\0" if start == b"TFL3" else b"") + start + content, any_format)
