"""Small files that declare, repeat or nest enormous things: refused within a second and 100 MB, in a process of its own."""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from guildmark.inspection import inspect_file
from guildmark.rules.contract import ModelFormat

DATA = Path(__file__).with_name("data")
PIECE = 16 * 1024 * 1024
EXPANDED = int(3.9 * 1024**3) // PIECE * PIECE
MEASURED = """
import json, resource, sys, time
from pathlib import Path
from guildmark.inspection import inspect_file
from guildmark.rules.contract import Contract, ModelFormat, TensorContract
import h5py
contract = Contract(tuple(ModelFormat), 8 * 1024 * 1024, (TensorContract((28, 28)),), TensorContract((10,)))
start = time.process_time()
findings = inspect_file(Path(sys.argv[1]), contract).findings
seconds = time.process_time() - start
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([[finding.code for finding in findings], seconds, int(peak.split()[1]) / 1024]))
"""


def refused_cheaply(path):
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, timeout=60, check=True)
    codes, seconds, megabytes = json.loads(done.stdout)
    assert (seconds < 1, megabytes < 100) == (True, True), (codes, seconds, megabytes)
    return codes


def deflated_zeros(size):
    """Deflate data of `size` zeros: a piece that refers to nothing before it, as often as it takes, and an end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(PIECE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * (size // PIECE) + packer.flush()


def archive_of(path, files, name, packed, size):
    """A `.keras` archive by hand, one entry of which expands to `size`."""
    local = struct.Struct("<4s5H3L2H")
    central = struct.Struct("<4s6H3L5H2L")
    entries = {"config.json": json.dumps(files.honest()).encode(), name: packed}
    body, directory = b"", b""
    for entry, content in entries.items():
        method, full = (8, size) if entry == name else (0, len(content))
        crc = 0 if entry == name else zlib.crc32(content)
        fields = (20, 0, method, 0, 0x21, crc, len(content), full, len(entry), 0)
        directory += central.pack(b"PK\x01\x02", 20, *fields, 0, 0, 0, 0, len(body)) + entry.encode()
        body += local.pack(b"PK\x03\x04", *fields) + entry.encode() + content
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


@pytest.fixture(scope="module")
def bomb():
    return deflated_zeros(EXPANDED)


def test_x11_a_zip_bomb_of_3_9_gib_is_refused(files, tmp_path, bomb):
    path = archive_of(tmp_path / "bomb.keras", files, "model.weights.h5", bomb, EXPANDED)
    assert path.stat().st_size < 8 * 1024 * 1024
    assert refused_cheaply(path) == ["archive.expands"]


def test_x11_a_zip_bomb_that_lies_about_its_size_is_refused(files, tmp_path, bomb):
    assert refused_cheaply(archive_of(tmp_path / "bomb.keras", files, "model.weights.h5", bomb, 1024)) == ["file.corrupt"]


def test_x11_an_hdf5_file_that_declares_95_gb_is_refused(files, tmp_path):
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    with h5py.File(path, "a") as file:
        file.create_dataset("model_weights/huge", (25, 10**9), "f4", chunks=(1, 1024))
    assert path.stat().st_size < 100_000
    assert refused_cheaply(path) == ["archive.expands"]


def test_x11_one_long_text_named_thousands_of_times_is_refused(files, tmp_path):
    """The list is written with many texts; then all its references are made one."""
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["long"] = "x" * 60_000
        file["model_weights"].attrs.create("names", ["y" * 20] * 3000, dtype=h5py.string_dtype())
    content = bytearray(path.read_bytes())
    long_ones = [
        at
        for at in range(len(content) - 16)
        if content[at : at + 4] == struct.pack("<I", 60_000) and content[at + 12 : at + 16] != b"\0" * 4
    ]
    reference = bytes(content[long_ones[0] : long_ones[0] + 16])
    short, at, changed = struct.pack("<I", 20), content.find(struct.pack("<I", 20)), 0
    while at >= 0:
        if (
            content[at + 12 : at + 16] != b"\0" * 4
            and content[at + 4 : at + 12] != b"\0" * 8
            and content[at + 8 : at + 12] == b"\0" * 4
        ):
            content[at : at + 16] = reference
            changed += 1
        at = content.find(short, at + 1)
    path.write_bytes(content)
    assert changed > 2000
    assert refused_cheaply(path) == ["config.too_complex"]


@pytest.mark.parametrize(
    "inner",
    [
        "[" * 100_000 + "]" * 100_000,
        "[" + "[]," * 1_200_000 + "[]]",
        "[" + ",".join(["0"] * 2_000_000) + "]",
        '{"a":' * 90_000 + "1" + "}" * 90_000,
    ],
    ids=["deep", "lists", "numbers", "objects"],
)
def test_x11_json_that_is_deep_or_long_is_refused(files, tmp_path, inner):
    text = f'{{"class_name": "Sequential", "config": {{"layers": {inner}}}}}'
    for path in (files.save_keras(tmp_path / "m.keras", text), files.save_h5(tmp_path / "m.h5", text)):
        assert refused_cheaply(path) == ["config.too_complex"]


def test_x11_a_flood_of_entries_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        for number in range(60_000):
            archive.writestr(str(number), b"")
    assert refused_cheaply(tmp_path / "m.keras") == ["archive.unsafe"]


def varint(value):
    head = bytearray()
    while value >= 0x80:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def nested(depth, *numbers):
    """A message in a message, `depth` deep; written from the inside, with the lengths put in front."""
    parts, size = [], 0
    for step in range(depth):
        parts.append(varint(numbers[step % len(numbers)] << 3 | 2) + varint(size))
        size += len(parts[-1])
    return b"".join(reversed(parts))


ONNX_START = b"\x08\x0a"


def test_x11_a_protocol_buffer_that_is_nested_100000_deep_is_refused(tmp_path):
    graphs = nested(99_999, 6, 5, 1)  # from the inside: a graph in an attribute in a node in a graph …
    (tmp_path / "m.onnx").write_bytes(ONNX_START + field(7, graphs))
    assert refused_cheaply(tmp_path / "m.onnx") == ["config.too_complex"]


def test_x11_a_protocol_buffer_of_packed_numbers_is_refused(tmp_path):
    tensor = field(1, b"\x01" * 4_000_000) + b"\x10\x01"
    (tmp_path / "m.onnx").write_bytes(ONNX_START + field(7, field(5, tensor)))
    assert refused_cheaply(tmp_path / "m.onnx") == ["config.too_complex"]


def test_x11_a_flatbuffer_whose_tables_are_all_one_is_refused(tmp_path):
    """A million subgraphs that share a table with a million tensors that share one: a web, not a tree."""
    count = 300_000
    table = struct.pack("<HH", 4, 4) + struct.pack("<i", 4)
    start = 12
    vtable = struct.pack("<9H", 18, 12, 0, 8, 4, 0, 0, 0, 0)
    root = start + len(vtable) + 2
    body = bytearray(struct.pack("<I4sI", root, b"TFL3", 0)) + vtable + b"\0\0"
    body += struct.pack("<iII", root - start, 8 + 4 * 0, 0)
    vector = len(body)
    body += struct.pack("<I", count)
    shared = vector + 4 + 4 * count + 4
    body += b"".join(struct.pack("<I", shared - (vector + 4 + 4 * number)) for number in range(count)) + table
    struct.pack_into("<I", body, root + 4, vector - (root + 4))
    struct.pack_into("<I", body, root + 8, vector - (root + 8))
    (tmp_path / "m.tflite").write_bytes(body)
    assert refused_cheaply(tmp_path / "m.tflite") in (["file.corrupt"], ["config.too_complex"])


def test_an_archive_of_torch_with_a_bomb_for_a_weight_is_refused(any_format, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(DATA / "images.pt2") as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, bytes(40 * 1024 * 1024) if name.endswith("weight_0") else old.read(name))
    (tmp_path / "m.pt2").write_bytes(buffer.getvalue())
    inspection = inspect_file(tmp_path / "m.pt2", any_format)
    assert (inspection.format, [finding.code for finding in inspection.findings]) == (ModelFormat.PT2, ["archive.expands"])


def test_many_short_names_are_no_bomb(files, contract, tmp_path):
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs.create("layer_names", [f"layer_{n}" for n in range(900)], dtype=h5py.string_dtype())
        file["model_weights/dense"].attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
    assert inspect_file(path, contract).findings == ()
