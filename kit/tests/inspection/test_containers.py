"""Archives and HDF5 files that hold more, or other things, than a model."""

import io
import json
import struct
import zipfile

import h5py
import numpy as np
import pytest

from guildmark.inspection import Finding, inspect_file

MIB = 1024 * 1024


def found(path, contract):
    return inspect_file(path, contract).findings


def add(path, name, content=b"x", *, mode=0o100644):
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, content)
    return path


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "assets/vocabulary.txt", "model.py", "model.weights.npz", "..\\evil", "a\nb"]
)
def test_entries_that_a_saved_model_never_has_are_refused(files, contract, tmp_path, name):
    path = add(files.save_keras(tmp_path / "m.keras", files.honest()), name)
    (finding,) = found(path, contract)
    assert finding.code == "archive.unsafe"
    assert finding.params["name"].isprintable()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_is_there_twice_is_refused(files, contract, tmp_path):
    path = add(files.save_keras(tmp_path / "m.keras", files.honest()), "config.json", json.dumps(files.honest()))
    assert Finding("archive.unsafe", {"name": "config.json"}) in found(path, contract)


def test_a_link_is_refused(files, contract, tmp_path):
    path = files.save_keras(tmp_path / "m.keras", files.honest(), **{"metadata.json": None})
    add(path, "metadata.json", b"/etc/passwd", mode=0o120777)
    assert found(path, contract) == (Finding("archive.unsafe", {"name": "metadata.json"}),)


def test_more_entries_than_a_model_has_are_refused_before_they_are_read(files, contract, tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        for number in range(5000):
            archive.writestr(f"{number}", b"")
    assert found(tmp_path / "m.keras", contract) == (Finding("archive.unsafe", {"name": "5000 entries"}),)


def test_a_directory_that_lies_about_its_length_is_damage(files, contract, tmp_path):
    path = files.save_keras(tmp_path / "m.keras", files.honest())
    content = bytearray(path.read_bytes())
    struct.pack_into("<2H", content, len(content) - 22 + 8, 2, 2)
    path.write_bytes(content)
    assert found(path, contract) == (Finding("file.corrupt"),)


def packed_with(method, files, tmp_path):
    saved = files.save_keras(tmp_path / "m.keras", files.honest())
    with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(tmp_path / "again.keras", "w", method) as again:
        for name in whole.namelist():
            again.writestr(name, whole.read(name))
    return tmp_path / "again.keras"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_entries_are_stored_or_deflated_and_nothing_else(files, contract, tmp_path, method):
    path = packed_with(method, files, tmp_path)
    assert {finding.code for finding in found(path, contract)} == {"archive.unsafe"}
    assert found(packed_with(zipfile.ZIP_DEFLATED, files, tmp_path), contract) == ()


def test_a_damaged_compressed_entry_is_damage_and_no_error_of_ours(files, contract, tmp_path):
    with zipfile.ZipFile(packed_with(zipfile.ZIP_DEFLATED, files, tmp_path)) as again:
        start = again.getinfo("config.json").header_offset + 30 + len("config.json")
    content = bytearray((tmp_path / "again.keras").read_bytes())
    content[start + 8 : start + 40] = b"\xff" * 32
    (tmp_path / "again.keras").write_bytes(content)
    assert [finding.code for finding in found(tmp_path / "again.keras", contract)] == ["file.corrupt"]


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_bomb_is_not_expanded(files, contract, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "m.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        for entry in ("config.json", "model.weights.h5"):
            archive.writestr(entry, b" " * (30 * MIB if entry == name else 10))
    assert (tmp_path / "m.keras").stat().st_size < MIB
    assert found(tmp_path / "m.keras", contract) == (Finding("archive.expands"),)


def test_an_archive_without_a_configuration_is_no_model(contract, tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("model.bin", b"x")
    assert found(tmp_path / "m.keras", contract) == (Finding("file.not_a_model"),)


def test_a_configuration_without_weights_is_damaged(files, contract, tmp_path):
    path = files.save_keras(tmp_path / "m.keras", files.honest(), **{"model.weights.h5": None})
    assert found(path, contract) == (Finding("file.corrupt"),)


def weights_with(build) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.ones((784, 10), np.float32)
        build(file)
    return buffer.getvalue()


def both(files, contract, tmp_path, build):
    """What is found when `build` adds to the weights of an archive, and to a file of its own."""
    archive = files.save_keras(tmp_path / "m.keras", files.honest(), **{"model.weights.h5": weights_with(build)})
    single = files.save_h5(tmp_path / "m.h5", files.honest())
    with h5py.File(single, "a") as file:
        build(file)
    findings = found(archive, contract), found(single, contract)
    assert findings[0] == findings[1]
    return findings[0]


def test_links_to_elsewhere_are_refused(files, contract, tmp_path):
    def build(file):
        file["outside"] = h5py.ExternalLink("/etc/other.h5", "/data")
        file["soft"] = h5py.SoftLink("/nowhere")

    assert both(files, contract, tmp_path, build) == (
        Finding("hdf5.external", {"name": "outside"}),
        Finding("hdf5.external", {"name": "soft"}),
    )


def test_data_that_lie_in_other_files_are_refused(files, contract, tmp_path):
    def build(file):
        file.create_dataset("raw", (10,), "f4", external=[("/etc/passwd", 0, 40)])
        virtual = h5py.VirtualLayout((10,), "f4")
        virtual[:] = h5py.VirtualSource("/etc/other.h5", "data", shape=(10,))
        file.create_virtual_dataset("virtual", virtual)

    assert both(files, contract, tmp_path, build) == (
        Finding("hdf5.external", {"name": "raw"}),
        Finding("hdf5.external", {"name": "virtual"}),
    )


def test_filters_that_are_not_standard_are_refused(files, contract, tmp_path):
    def build(file):
        file.create_dataset("packed", data=np.zeros(100, "f4"), compression="lzf")

    assert both(files, contract, tmp_path, build) == (Finding("hdf5.filter", {"name": "lzf"}),)


def test_standard_filters_are_fine(files, contract, tmp_path):
    def build(file):
        file.create_dataset("packed", data=np.zeros(100, "f4"), compression="gzip", shuffle=True, fletcher32=True)

    assert both(files, contract, tmp_path, build) == ()


@pytest.mark.parametrize("shape", [(10**9,), (10**6, 10**6), (2**40, 2**20)])
def test_sizes_that_are_declared_but_not_stored_count(files, contract, tmp_path, shape):
    def build(file):
        file.create_dataset("huge", shape, "f4", chunks=(1024,) * len(shape))

    assert both(files, contract, tmp_path, build) == (Finding("archive.expands"),)


def test_a_knot_of_groups_has_an_end(files, contract, tmp_path):
    def build(file):
        group = file.create_group("knot")
        group["again"] = group

    assert both(files, contract, tmp_path, build) == (Finding("config.too_complex"),)


def test_too_many_objects_are_too_many(files, contract, tmp_path):
    def build(file):
        wide = file.create_group("wide")
        wide["data"] = np.zeros(1)
        for number in range(21_000):
            wide[str(number)] = wide["data"]

    assert both(files, contract, tmp_path, build) == (Finding("config.too_complex"),)


@pytest.mark.parametrize(
    "dtype",
    [h5py.string_dtype(), [("a", "f4"), ("b", "i4")], h5py.ref_dtype, h5py.vlen_dtype(np.float32)],
    ids=["text", "records", "references", "lists"],
)
def test_only_numbers_are_weights(files, contract, tmp_path, dtype):
    def build(file):
        file.create_dataset("other", (1,), dtype)

    assert both(files, contract, tmp_path, build) == (Finding("file.corrupt"),)


def test_a_heap_of_texts_in_which_hdf5_runs_in_circles_is_damage(files, contract, tmp_path):
    """A text whose size leads beside the next one: reading it never ends."""
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    content = bytearray(path.read_bytes())
    heap = content.find(b"GCOL")
    size = struct.unpack_from("<Q", content, heap + 24)[0]
    struct.pack_into("<Q", content, heap + 24, size + 40)
    path.write_bytes(content)
    assert found(path, contract) == (Finding("file.corrupt"),)


def test_a_reference_that_claims_more_than_its_text_has_is_damage(files, contract, tmp_path):
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    content = bytearray(path.read_bytes())
    heap = content.find(b"GCOL")
    reference = content.find(struct.pack("<QI", heap, 1))
    struct.pack_into("<I", content, reference - 4, 2**32 - 2)
    path.write_bytes(content)
    assert found(path, contract) == (Finding("file.corrupt"),)
