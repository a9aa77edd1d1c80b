"""Banks on the grading side."""

import hashlib
import io
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from guildmark.errors import PackUnreadable, UsageError
from guildmark.packs.bundle import pack_zip
from guildmark_grader.banks import HiddenStore, open_bank


def bank_with(arrays, model, folder, *inputs):
    """A bank like `model` in `folder`, with these hidden arrays; its forms get `inputs`, one after the other."""
    files = {}
    for name, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, array)
        files[name] = buffer.getvalue()
    hidden = pack_zip(files)
    blob = {"sha256": hashlib.sha256(hidden).hexdigest(), "size": len(hidden)}
    manifest = json.loads((model / "bank.json").read_text())
    for form in manifest["forms"]:
        form["variants"][0]["hidden"] = blob
    for form, several in zip(manifest["forms"], inputs, strict=False):
        form["task"]["inputs"] = several
    (folder / "hidden").mkdir(parents=True)
    (folder / "hidden" / f"{blob['sha256']}.zip").write_bytes(hidden)
    (folder / "bank.json").write_text(json.dumps(manifest))
    return open_bank(folder)


def test_a_task_is_found_by_form_and_by_category(bank):
    assert bank.form("hurried").task.id == "hurried"
    assert bank.form("category1").task.id == "largest"


def test_an_unknown_task_is_answered_with_those_that_exist(bank):
    with pytest.raises(UsageError, match="no task category9") as refused:
        bank.form("category9")
    assert "category1 (largest)" in refused.value.next_step


def test_an_unknown_variant_is_refused(bank):
    with pytest.raises(UsageError, match="no variant 1"):
        bank.hidden_blob(bank.form("largest"), 1)


def test_hidden_data_comes_back_as_it_was_built(bank, rows, tmp_path):
    hidden = HiddenStore(tmp_path).hidden(bank, bank.form("largest"), 0)
    inputs, targets = rows
    np.testing.assert_array_equal(np.load(hidden.inputs[0]), inputs)
    assert len(hidden.inputs) == 1
    np.testing.assert_array_equal(hidden.targets, targets)
    assert hidden.rows == len(targets)


def test_hidden_data_is_unpacked_once_for_many_jobs(bank_folder, tmp_path):
    bank = open_bank(shutil.copytree(bank_folder, tmp_path / "copy"))
    store = HiddenStore(tmp_path)
    first = store.hidden(bank, bank.form("largest"), 0)
    shutil.rmtree(bank.folder / "hidden")
    again = store.hidden(bank, bank.form("hurried"), 0)
    assert again.inputs == first.inputs
    assert again.targets is first.targets


def test_a_manifest_with_another_digest_is_refused(bank_folder):
    with pytest.raises(PackUnreadable, match="digest"):
        open_bank(bank_folder, digest="0" * 64)


def test_damaged_hidden_data_is_refused(bank_folder, tmp_path):
    copy = shutil.copytree(bank_folder, tmp_path / "copy")
    (archive,) = (copy / "hidden").iterdir()
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    bank = open_bank(copy)
    with pytest.raises(PackUnreadable, match="damaged") as refused:
        HiddenStore(tmp_path).hidden(bank, bank.form("largest"), 0)
    assert "guildmark-grader pack build" in refused.value.next_step


def test_a_folder_that_is_no_bank_is_refused(tmp_path):
    with pytest.raises(PackUnreadable):
        open_bank(tmp_path)


def test_hidden_data_is_the_same_for_many_threads_at_once(bank, tmp_path):
    store = HiddenStore(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda form: store.hidden(bank, bank.form(form), 0), ("largest", "hurried") * 20))
    assert len({hidden.inputs for hidden in found}) == 1
    assert len({id(hidden.targets) for hidden in found}) == 1


def test_forms_that_share_an_archive_get_its_inputs_each_in_their_own_order(bank_folder, tmp_path):
    left, right = np.zeros((3, 2), np.float32), np.ones((3, 5), np.float32)
    arrays = {"inputs.left.npy": left, "inputs.right.npy": right, "targets.npy": np.zeros(3, np.int64)}
    inputs = [
        {"name": "left", "shape": [2], "meaning": {"en": "two"}},
        {"name": "right", "shape": [5], "meaning": {"en": "five"}},
    ]
    bank = bank_with(arrays, bank_folder, tmp_path / "bank", inputs, inputs[::-1])
    store = HiddenStore(tmp_path)
    one, other = (store.hidden(bank, bank.form(form), 0) for form in ("largest", "hurried"))
    assert one.inputs == other.inputs[::-1]
    assert [np.load(path).shape for path in other.inputs] == [(3, 5), (3, 2)]


@pytest.mark.parametrize("rows", [2, 4])
def test_an_input_with_other_rows_than_the_targets_is_refused(bank_folder, tmp_path, rows):
    arrays = {"inputs.npy": np.zeros((rows, 6), np.float32), "targets.npy": np.zeros(3, np.int64)}
    bank = bank_with(arrays, bank_folder, tmp_path / "bank")
    with pytest.raises(PackUnreadable, match="not one target a row"):
        HiddenStore(tmp_path).hidden(bank, bank.form("largest"), 0)
    assert [path.name for path in tmp_path.iterdir()] == ["bank"]


def test_objects_are_never_unpickled(bank_folder, tmp_path):
    arrays = {"inputs.npy": np.array([{}, {}, {}], dtype=object), "targets.npy": np.zeros(3, np.int64)}
    bank = bank_with(arrays, bank_folder, tmp_path / "bank")
    with pytest.raises(PackUnreadable, match="cannot be read"):
        HiddenStore(tmp_path).hidden(bank, bank.form("largest"), 0)
