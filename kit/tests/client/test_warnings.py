"""What is said before a file is handed in, and what lies in the folder."""

import os
from datetime import datetime, timezone

import pytest

from guildmark.client import warnings
from guildmark.client.local import look_around
from guildmark.client.notices import Level
from guildmark.errors import UsageError

BEFORE, AFTER = 1_700_000_000, 1_700_003_600
FOR_EVER = 10**6


@pytest.fixture
def folder(running, exam_folder):
    """The exam folder, all of whose files were saved long ago."""
    for path in exam_folder.rglob("*.*"):
        os.utime(path, (BEFORE, BEFORE))
    return exam_folder


@pytest.fixture
def model(folder):
    def write(text="score 4", number=1, saved=AFTER):
        path = folder / f"Category{number}" / "mymodel.keras"
        path.write_bytes(text.encode())
        os.utime(path, (saved, saved))
        return path

    return write


def codes(notices):
    return [one.code for one in notices]


def test_nothing_is_said_of_a_model_that_was_saved_after_its_code(running, model):
    model()
    assert running.warnings("1") == ()


@pytest.mark.parametrize("name", ["starter.py", "my_layers.py"])
def test_code_that_changed_after_the_model_was_saved_is_named(running, model, folder, name):
    model(saved=BEFORE + 1)
    (folder / "Category1" / name).write_text("# better\n")
    (notice,) = running.warnings("1")
    assert (notice.code, notice.level) == ("older_than_code", Level.CAUTION)
    assert notice.text == f"Category1/{name} changed after mymodel.keras was saved."
    assert notice.next_step


def test_the_code_of_a_folder_says_nothing_of_a_file_from_elsewhere(running, model, folder, tmp_path):
    elsewhere = tmp_path / "mymodel.keras"
    elsewhere.write_bytes(b"score 4")
    os.utime(elsewhere, (BEFORE - 1, BEFORE - 1))
    assert running.warnings("1", elsewhere) == ()


def test_a_model_in_the_folder_of_another_category_is_said_to_lie_there(running, model):
    (notice,) = running.warnings("1", model(number=2))
    assert (notice.code, notice.text) == (
        "of_other_category",
        "mymodel.keras looks like the model of another category. It lies in Category2.",
    )


def test_the_same_bytes_as_another_categorys_model_are_noticed(running, model):
    model("score 4", 2)
    model("score 4", 1)
    (notice,) = running.warnings("1")
    assert notice.text.endswith("It is the same file as Category2/mymodel.keras.")
    model("score 5", 2)
    assert running.warnings("1") == ()


def test_a_model_that_fits_another_task_and_not_this_one_is_noticed(running, model, folder):
    pytest.importorskip("h5py")
    import json
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1] / "inspection"))
    from model_files import honest, save_keras

    task = folder / "Category2" / "task.json"
    document = json.loads(task.read_bytes())
    document["contract"]["inputs"][0]["shape"], document["contract"]["output"]["shape"] = [28, 28], [10]
    task.write_text(json.dumps(document))
    path = save_keras(folder / "Category1" / "mymodel.keras", honest())
    assert codes(running.warnings("1", looks_inside=False)) == []
    (notice,) = running.warnings("1")
    assert notice.text.endswith("It fits category 2, and not this one.")
    assert running.warnings("2", path)[0].text.endswith("It lies in Category1.")


def test_the_very_file_of_the_last_submission_is_noticed_with_and_without_the_portal(running, model, portal):
    running.submit("1", model())
    running.state()
    portal.faults.drop = FOR_EVER
    (notice,) = running.warnings("1")
    assert (notice.code, notice.text) == (
        "same_as_last",
        "mymodel.keras is the very file that you submitted last in this category.",
    )
    model("score 5")
    assert running.warnings("1") == ()


def test_the_very_file_that_waits_already_is_noticed(running, model):
    running.keep_for_later("1", model())
    (notice,) = running.warnings("1")
    assert (notice.code, "waits already" in notice.text) == ("same_as_last", True)


def test_a_file_that_is_not_there_is_wrong_usage(running, tmp_path):
    with pytest.raises(UsageError):
        running.warnings("1", tmp_path / "nothing.keras")


def test_a_digest_is_read_again_only_when_the_file_changed(model, monkeypatch):
    read = []
    original = warnings.sha256_of
    monkeypatch.setattr(warnings, "sha256_of", lambda path: (read.append(path), original(path))[1])
    path = model("score 1")
    assert warnings.digest_of(path) == warnings.digest_of(path) == original(path)
    model("score 2", saved=AFTER + 1)
    assert warnings.digest_of(path) == original(path)
    assert read == [path] * 2


def test_the_folder_is_seen_as_it_is(running, model, folder):
    model("score 4")
    (folder / "Category1" / "starter.py").write_text("# better\n")
    running.keep_for_later("1", model("score 5"))
    seen = look_around(running)
    assert (seen["category1"].model.name, seen["category1"].model.size, seen["category1"].waiting) == ("mymodel.keras", 7, 1)
    assert seen["category1"].model.saved_at == datetime.fromtimestamp(AFTER, tz=timezone.utc)
    assert codes(seen["category1"].notices) == ["older_than_code"]
    assert (seen["category2"].model, seen["category2"].notices, seen["category2"].waiting) == (None, (), 0)


def test_before_the_start_there_is_nothing_to_see(session, exam_folder):
    assert look_around(session) == {}
    session.register("test", exam_folder)
    assert look_around(session) == {}


def test_a_folder_that_is_gone_is_no_reason_to_fail(running, exam_folder):
    (exam_folder / ".guildmark" / "exam.json").write_bytes(b"{")
    assert look_around(running) == {}
