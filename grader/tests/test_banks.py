"""Banks on the grading side."""

import shutil

import numpy as np
import pytest

from guildmark.errors import PackUnreadable, UsageError
from guildmark_grader.banks import HiddenStore, open_bank


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
    np.testing.assert_array_equal(np.load(hidden.inputs), inputs)
    np.testing.assert_array_equal(hidden.targets, targets)
    assert hidden.rows == len(targets)


def test_hidden_data_is_unpacked_once_for_many_jobs(bank_folder, tmp_path):
    bank = open_bank(shutil.copytree(bank_folder, tmp_path / "copy"))
    store = HiddenStore(tmp_path)
    first = store.hidden(bank, bank.form("largest"), 0)
    shutil.rmtree(bank.folder / "hidden")
    assert store.hidden(bank, bank.form("hurried"), 0) is first


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
