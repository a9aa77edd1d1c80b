import json
import os
import stat
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

import pytest
from loopback_exam import STARTER

from guildmark.client.delivery import deliver
from guildmark.client.nearby import home_of
from guildmark.client.session import Session
from guildmark.client.workspace import ExamState, Workspace
from guildmark.errors import BundleDamaged, NoExamHere, NotStarted, Refused, UsageError, WorkspaceDamaged
from guildmark.packs.bundle import pack_zip, seal


def test_s1_starting_brings_the_folders_with_starter_task_and_data(running, exam_folder):
    files = sorted(str(path.relative_to(exam_folder)) for path in exam_folder.rglob("*") if path.is_file())
    assert files == [
        ".guildmark/bundle.gmb",
        ".guildmark/exam.json",
        ".guildmark/requirements.txt",
        "Category1/data/rows.csv",
        "Category1/starter.py",
        "Category1/task.json",
        "Category2/data/rows.csv",
        "Category2/starter.py",
        "Category2/task.json",
        "requirements.txt",
    ]


def test_s3_no_question_can_be_read_from_what_is_delivered_before_the_start(session, exam_folder, portal):
    session.register("test", exam_folder)
    session.prepare()
    delivered = b"".join(path.read_bytes() for path in exam_folder.rglob("*") if path.is_file())
    assert portal.exam.started_at is None
    assert [STARTER in delivered, b"rows.csv" in delivered, zipfile.is_zipfile(BytesIO(delivered))] == [False, False, False]


def test_x8_a_damaged_download_is_refused_before_the_clock_runs(session, exam_folder, portal):
    portal.faults.damage_bundle = 1
    session.register("test", exam_folder)
    with pytest.raises(BundleDamaged):
        session.prepare()
    with pytest.raises(NotStarted):
        session.begin()
    assert portal.exam.started_at is None
    session.prepare()
    assert session.begin().unpacked.kept == ()


def test_a_bundle_that_changed_on_disk_does_not_start_the_clock(session, exam_folder, portal):
    session.register("test", exam_folder)
    session.prepare()
    session.workspace.bundle_path.write_bytes(b"GMB1 something else")
    with pytest.raises(BundleDamaged):
        session.begin()
    assert portal.exam.started_at is None


def test_the_bundle_is_downloaded_once(session, exam_folder, portal):
    session.register("test", exam_folder)
    seen = []
    session.prepare(lambda done, total: seen.append((done, total)))
    session.prepare()
    assert [line.split()[1].endswith("/bundle") for line in portal.log].count(True) == 1
    assert seen[-1] == (len(portal.exam.bundle), len(portal.exam.bundle))


def test_a_download_with_an_expired_sign_in_trades_it_for_a_new_one(session, exam_folder, portal):
    session.register("test", exam_folder)
    offered, path = session.prepare(), session.workspace.bundle_path
    path.unlink()
    portal.access.clear()
    deliver(session._api, offered, path, lambda _done, _total: None)
    assert path.read_bytes() == portal.exam.bundle


def test_a_lost_connection_restarts_the_download(session, exam_folder, portal):
    session.register("test", exam_folder)
    portal.faults.drop = 2
    session.prepare()
    assert session.workspace.bundle_path.read_bytes() == portal.exam.bundle


def test_an_edited_starter_is_kept_and_named(running, exam_folder):
    mine = exam_folder / "Category1" / "starter.py"
    mine.write_text("# hours of work\n")
    (exam_folder / "Category2" / "data" / "rows.csv").unlink()
    unpacked = running.begin().unpacked
    assert mine.read_text() == "# hours of work\n"
    assert unpacked.kept == (PurePosixPath("Category1/starter.py"),)
    assert unpacked.written == (PurePosixPath("Category2/data/rows.csv"),)


def test_a_second_machine_fetches_the_exam_again_and_the_clock_is_not_touched(running, portal, signed_in, tmp_path):
    started = portal.exam.started_at
    with Session(portal.url, credentials=signed_in) as other:
        other.register("test", tmp_path / "laptop")
        other.prepare()
        assert other.begin().begun.started_at == started
    assert (tmp_path / "laptop" / "Category1" / "starter.py").read_bytes() == STARTER


def test_the_exam_is_found_from_any_folder_inside(running, exam_folder, tmp_path):
    assert Workspace.containing(exam_folder / "Category1" / "data").folder == exam_folder
    with pytest.raises(NoExamHere) as caught:
        Workspace.containing(tmp_path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format": 1}',
        b"[" * 100_000,
        pytest.param("attempt", id="edited"),
        pytest.param("format", id="another format"),
    ],
)
def test_a_damaged_or_edited_state_file_is_a_clear_error(running, exam_folder, damage):
    path = exam_folder / ".guildmark" / "exam.json"
    if isinstance(damage, str):
        document = json.loads(path.read_bytes())
        where = document if damage == "format" else document["state"]
        where[damage] = "another"
        damage = json.dumps(document).encode()
    path.write_bytes(damage)
    with pytest.raises(WorkspaceDamaged) as caught:
        Session.open(exam_folder / "Category1")
    assert caught.value.message == f"{path} is damaged or was edited."
    assert caught.value.next_step.startswith("Delete that file and run in the exam folder: guildmark start")


def test_the_next_step_for_a_damaged_folder_works_and_keeps_what_waits(running, exam_folder):
    starter = exam_folder / "Category1" / "starter.py"
    starter.write_text("mine")
    running.keep_for_later("1", starter)
    (exam_folder / ".guildmark" / "exam.json").unlink()
    running.register("test", home_of(exam_folder, "test"))
    running.prepare()
    assert running.begin().unpacked.kept == (PurePosixPath("Category1/starter.py"),)
    assert [item.path.name for item in running.waiting()] == ["starter.py"]


def test_a_folder_of_another_attempt_is_refused_and_none_is_opened_for_it(running, session, exam_folder, portal):
    portal.exam.attempt = "5f1c2a34-0000-4000-8000-000000000002"
    portal.log.clear()
    with pytest.raises(Refused) as caught:
        session.register("test", exam_folder)
    assert caught.value.code == "other_attempt"
    assert not [line for line in portal.log if line.startswith("POST")]


@pytest.mark.parametrize(
    "name",
    ["../evil.py", "/evil.py", "Category1/../../evil.py", "C:evil.py", ".guildmark/exam.json", "a\\..\\evil.py", "a:b/c"],
)
def test_a_bundle_that_climbs_out_writes_nothing(tmp_path, portal, name):
    workspace = Workspace(tmp_path / "exam")
    state = ExamState(server=portal.url, attempt=portal.exam.attempt, program="test", exam_title="Test")
    workspace.save(state)
    with pytest.raises(BundleDamaged):
        workspace.unpack(pack_zip({**portal.exam.files(), name: b"x"}))
    assert [path.name for path in workspace.folder.iterdir()] == [".guildmark"]
    assert workspace.state == state
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exam"]


def test_another_attempts_bundle_is_refused(session, exam_folder, portal):
    portal.exam.bundle = seal(pack_zip(portal.exam.files()), key=portal.exam.bundle_key, attempt="another")
    session.register("test", exam_folder)
    session.prepare()
    with pytest.raises(BundleDamaged):
        session.begin()
    assert not (exam_folder / "Category1").exists()


def test_categories_are_named_in_the_ways_that_people_use(running):
    workspace = running.workspace
    assert [workspace.category(name).id for name in ("2", "category2", "Category2")] == ["category2"] * 3
    for wrong in ("3", "", "two", "category", "-1"):
        with pytest.raises(UsageError) as caught:
            workspace.category(wrong)
        assert caught.value.next_step == "Name one of: 1, 2"


def test_the_newest_saved_model_is_the_default(running, exam_folder):
    import os

    folder = exam_folder / "Category1"
    with pytest.raises(UsageError) as caught:
        running.model_of("1")
    assert "Category1/starter.py" in caught.value.next_step
    for age, name in ((20, "mymodel.keras"), (10, "mymodel.h5"), (1, "other.keras")):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (1_000_000 - age, 1_000_000 - age))
    assert running.model_of("1") == folder / "mymodel.h5"


def test_a_damaged_task_says_how_to_get_it_back(running, exam_folder):
    (exam_folder / "Category1" / "task.json").write_text("{}")
    (exam_folder / "Category1" / "mymodel.keras").write_bytes(b"x")
    with pytest.raises(WorkspaceDamaged) as caught:
        running.check("1")
    assert caught.value.next_step.startswith("Delete that file and run: guildmark start")
    (exam_folder / "Category1" / "task.json").unlink()
    running.begin()
    assert running.workspace.task(running.workspace.category("1")).contract.inputs[0].shape == (4,)


def test_a_model_is_looked_for_in_the_formats_of_its_task(running, exam_folder):
    folder = exam_folder / "Category1"
    for name in ("mymodel.keras", "mymodel.onnx"):
        (folder / name).write_bytes(b"x")
    assert running.model_of("1") == folder / "mymodel.keras"
    task = json.loads((folder / "task.json").read_text())
    task["contract"]["formats"] = ["onnx", "saved_model"]
    (folder / "task.json").write_text(json.dumps(task))
    assert running.model_of("1") == folder / "mymodel.onnx"
    (folder / "mymodel.onnx").unlink()
    with pytest.raises(UsageError, match=r"There is no mymodel\.onnx / mymodel\.zip in Category1\."):
        running.model_of("1")
    (folder / "task.json").write_text("{}")
    assert running.model_of("1") == folder / "mymodel.keras"


def test_a_task_from_before_there_were_several_inputs_is_still_read(running, exam_folder):
    path = exam_folder / "Category1" / "task.json"
    category, task = running.workspace.category("1"), json.loads(path.read_text())
    today = running.workspace.task(category)
    (task["contract"]["input"],) = task["contract"].pop("inputs")
    del task["contract"]["input"]["name"]
    path.write_text(json.dumps(task))
    assert running.workspace.task(category) == today


@pytest.mark.skipif(os.name == "nt", reason="who may read what is told otherwise there")
class TestWhoMayRead:
    def test_a_new_exam_folder_is_its_owners_alone(self, session, exam_folder):
        session.register("test", exam_folder)
        assert [mode_of(place) for place in (exam_folder, exam_folder / ".guildmark")] == [0o700, 0o700]

    def test_a_folder_that_was_there_stays_open_but_for_what_is_ours(self, session, exam_folder):
        exam_folder.mkdir(mode=0o755)
        session.register("test", exam_folder)
        assert [mode_of(place) for place in (exam_folder, exam_folder / ".guildmark")] == [0o755, 0o700]

    def test_what_an_older_release_left_open_is_closed_when_the_folder_is_opened(self, running):
        hidden = running.workspace.hidden
        hidden.chmod(0o755)
        Workspace.containing(hidden.parent / "Category1")
        assert mode_of(hidden) == 0o700


def mode_of(place):
    return stat.S_IMODE(place.stat().st_mode)
