"""SavedModel: graphs, function libraries, assets, and the protocol buffer itself."""

import dataclasses
import zipfile

import pytest

from guildmark.inspection import Finding, inspect_file, rewrite
from guildmark.inspection.protobuf import schemas
from guildmark.inspection.saved_model_schema import SCHEMAS
from guildmark.rules.contract import ModelFormat, TensorContract

pytestmark = pytest.mark.xdist_group("real-models")


def found(path, contract):
    return inspect_file(path, contract).findings


@pytest.fixture
def changed(real, tmp_path):
    """An honest archive with one entry changed, added or, with None, left out."""

    def change(name, content, *, model="images", mode=0o100644):
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(real / f"{model}.zip") as old, zipfile.ZipFile(path, "w") as new:
            parts = {info.filename: old.read(info) for info in old.infolist() if not info.is_dir()}
            given = content(parts.get(name, b"")) if callable(content) else content
            for part, kept in {**parts, name: given}.items():
                if kept is not None:
                    entry = zipfile.ZipInfo(part)
                    entry.external_attr = (mode if part == name else 0o100644) << 16
                    new.writestr(entry, kept)
        return path

    return change


@pytest.mark.parametrize("name", ["images", "images_in_a_folder", "steps"])
def test_x11_what_keras_exports_is_accepted(real, any_format, name):
    inspection = inspect_file(real / f"{name}.zip", any_format)
    assert inspection.findings == ()
    assert (inspection.format, inspection.input_shapes, inspection.output_shapes) == (
        ModelFormat.SAVED_MODEL,
        ((28, 28),),
        ((10,),),
    )
    assert inspection.is_recurrent == (name == "steps")


def test_x11_text_and_its_vocabulary_inside_are_accepted(real, any_format):
    words = dataclasses.replace(any_format, inputs=(TensorContract((), "string"),))
    assert inspect_file(real / "text.zip", words).findings == ()


def test_what_is_written_again_is_the_graph_and_the_variables(real, any_format, tmp_path):
    inspection = inspect_file(real / "images_in_a_folder.zip", any_format)
    written = rewrite(real / "images_in_a_folder.zip", inspection, tmp_path)
    with zipfile.ZipFile(written) as archive, zipfile.ZipFile(real / "images.zip") as original:
        assert sorted(archive.namelist()) == [
            "saved_model.pb",
            "variables/variables.data-00000-of-00001",
            "variables/variables.index",
        ]
        assert all(archive.read(name) == original.read(name) for name in archive.namelist())
    assert inspect_file(written, any_format).findings == ()


@pytest.mark.parametrize(
    "name", ["ReadFile", "MatchingFiles", "RestoreV2", "ImmutableConst", "PrintV2", "EagerPyFunc", "TensorDataset"]
)
def test_x11_an_operation_that_reaches_out_is_named(real, any_format, name):
    assert Finding("graph.operation", {"name": name}) in found(real / f"{name}.zip", any_format)


def test_x11_an_operation_in_a_nested_function_is_found(real, any_format):
    assert found(real / "nested.zip", any_format) == (Finding("graph.operation", {"name": "WriteFile"}),)


def test_x11_what_restores_is_the_savers_alone_and_no_object_may_name_it(real, any_format):
    assert Finding("graph.operation", {"name": "RestoreV2"}) in found(real / "named_saver.zip", any_format)


def test_x11_an_operation_in_the_body_of_a_loop_is_found(real, any_format):
    assert found(real / "loop.zip", any_format) == (Finding("graph.operation", {"name": "ReadFile"}),)


def test_x11_a_vocabulary_in_a_file_beside_it_is_refused(real, any_format):
    codes = [(finding.code, finding.params.get("name")) for finding in found(real / "asset.zip", any_format)]
    assert ("graph.asset", "assets/words.txt") in codes
    assert ("graph.operation", "InitializeTableFromTextFileV2") in codes


def test_a_model_that_does_not_say_how_it_is_called_is_refused(real, any_format):
    assert found(real / "silent.zip", any_format) == (Finding("graph.no_signature"),)


def test_a_forbidden_layer_is_found_by_its_operation(real, any_format):
    forbids = dataclasses.replace(any_format, forbidden_layers=("Conv2D",))
    assert found(real / "images.zip", forbids) == (Finding("layer.forbidden", {"name": "Conv2D"}),)


def test_files_that_a_system_adds_when_it_packs_a_folder_are_passed_over(changed, any_format):
    assert found(changed("__MACOSX/._saved_model.pb", b"x"), any_format) == ()
    assert found(changed("variables/.DS_Store", b"x"), any_format) == ()


@pytest.mark.parametrize("name", ["../variables/variables.index", "/etc/passwd", "code.py", "variables/other"])
def test_entries_that_a_saved_model_never_has_are_refused(changed, any_format, name):
    assert found(changed(name, b"x"), any_format) == (Finding("archive.unsafe", {"name": name}),)


def test_a_link_is_refused(changed, any_format):
    link = changed("variables/variables.index", b"/etc/passwd", mode=0o120777)
    assert found(link, any_format) == (Finding("archive.unsafe", {"name": "variables/variables.index"}),)


def test_two_graphs_are_none(changed, any_format):
    assert found(changed("other/saved_model.pb", b"x"), any_format) == (Finding("file.not_a_model"),)


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (b"\x08\x01", "file.corrupt"),  # the version a second time: which one holds?
        (b"\x7a\x00", "file.unknown_part"),
        (b"\x12\x05", "file.corrupt"),
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "file.corrupt"),
        (b"\x0b", "file.corrupt"),
        (b"\x08", "file.corrupt"),
    ],
)
def test_bytes_that_could_be_read_in_two_ways_are_refused(changed, any_format, added, code):
    assert [one.code for one in found(changed("saved_model.pb", lambda graph: graph + added), any_format)] == [code]


def test_a_second_graph_is_looked_at_as_well(changed, real, any_format):
    with zipfile.ZipFile(real / "ReadFile.zip") as archive:
        other = archive.read("saved_model.pb")
    both = changed("saved_model.pb", lambda graph: graph + other.removeprefix(b"\x08\x01"))
    assert Finding("graph.operation", {"name": "ReadFile"}) in found(both, any_format)


def test_the_schema_is_tensorflows_own(real):
    """Every message that we read has all the fields that TensorFlow knows, with their kinds."""
    from google.protobuf.descriptor import FieldDescriptor
    from tensorflow.core.protobuf import saved_model_pb2

    kinds = {FieldDescriptor.TYPE_STRING: "text", FieldDescriptor.TYPE_BYTES: "bytes"}
    kinds |= dict.fromkeys((FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FIXED64), "fixed64")
    kinds |= dict.fromkeys((FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_FIXED32), "fixed32")
    waiting, seen = [saved_model_pb2.SavedModel.DESCRIPTOR], set()
    while waiting:
        message = waiting.pop()
        name = f"{message.containing_type.name}.{message.name}" if message.GetOptions().map_entry else message.name
        assert set(SCHEMAS[name]) == {field.number for field in message.fields}
        for field in message.fields:
            ours = SCHEMAS[name][field.number]
            assert (ours.name, ours.is_repeated) == (field.name, field.is_repeated)
            if ours.kind in SCHEMAS:
                waiting += [] if field.message_type.full_name in seen else [field.message_type]
                seen.add(field.message_type.full_name)
            elif ours.kind != "opaque":
                assert ours.kind == kinds.get(field.type, "int")


def test_a_schema_is_read_out_of_its_table():
    read = schemas("Pair\n1 left int\n2 right Pair?\n\nOther\n3 many text*")
    assert (read["Pair"][2].kind, read["Pair"][2].is_choice, read["Other"][3].is_repeated) == ("Pair", True, True)
