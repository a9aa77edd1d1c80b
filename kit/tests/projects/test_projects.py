import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import PurePosixPath

import pytest

from guildmark import projects
from guildmark.client.workspace import BundleCategory
from guildmark.errors import NotStarted
from guildmark.i18n import in_language
from guildmark.projects import pycharm, vscode

RUNS = ".idea/runConfigurations"
COMMAND = "${workspaceFolder}/.guildmark/command.py"
FILES = [
    ".guildmark/command.py",
    ".idea/exam.iml",
    ".idea/modules.xml",
    f"{RUNS}/category1_check.xml",
    f"{RUNS}/category1_run_starter.xml",
    f"{RUNS}/category1_submit_and_test.xml",
    f"{RUNS}/category2_check.xml",
    f"{RUNS}/category2_run_starter.xml",
    f"{RUNS}/category2_submit_and_test.xml",
    f"{RUNS}/exam_panel.xml",
    f"{RUNS}/time_left.xml",
    ".vscode/extensions.json",
    ".vscode/launch.json",
    ".vscode/settings.json",
    ".vscode/tasks.json",
]
NASTY = """A "title" <b>&amp; ]]>\x00\x1b\ud800\uffff\r\n'세션'\t\\ ../ 🤖"""


@pytest.fixture
def workspace(running):
    return running.workspace


def category(title):
    return BundleCategory.model_construct(id="category1", number=1, title=title, folder="Category1")


def test_it_writes_the_files_of_two_kinds_of_ide(workspace, exam_folder):
    done = projects.write(workspace)
    assert sorted(map(str, done.written)) == sorted(FILES)
    assert (done.kept, done.failed) == ((), ())
    assert all((exam_folder / path).is_file() for path in FILES)


def test_it_writes_nothing_twice(workspace):
    projects.write(workspace)
    assert projects.write(workspace) == projects.Written((), (), ())


def test_it_keeps_and_names_what_the_candidate_has(workspace, exam_folder):
    (exam_folder / ".vscode").mkdir()
    (exam_folder / ".vscode" / "settings.json").write_text("{} // mine")
    (exam_folder / ".idea" / "exam.iml").mkdir(parents=True)
    done = projects.write(workspace)
    assert done.kept == (PurePosixPath(".idea/exam.iml"), PurePosixPath(".vscode/settings.json"))
    assert (exam_folder / ".vscode" / "settings.json").read_text() == "{} // mine"
    assert len(done.written) == len(FILES) - 2


def test_a_folder_that_cannot_be_written_stops_neither_the_others_nor_the_exam(workspace, exam_folder):
    (exam_folder / ".idea").write_text("a file")
    done = projects.write(workspace)
    assert sorted(map(str, done.failed)) == [path for path in sorted(FILES) if path.startswith(".idea")]
    assert sorted(map(str, done.written)) == [path for path in sorted(FILES) if not path.startswith(".idea")]
    assert (exam_folder / ".idea").read_text() == "a file"


def test_it_needs_an_exam_that_has_begun(session, exam_folder):
    session.register("test", exam_folder)
    with pytest.raises(NotStarted):
        projects.write(session.workspace)


def test_names_of_files_are_the_same_in_every_language(workspace):
    categories = workspace.categories()
    with in_language("ko"):
        korean = {**pycharm.files(categories), **vscode.files(categories)}
    assert sorted(map(str, korean)) == sorted(FILES[1:])
    assert all(str(path).isascii() for path in korean)


def test_no_title_breaks_a_file():
    found = pycharm.files((category(NASTY),))
    for content in found.values():
        ET.fromstring(content)  # noqa: S314 - we wrote it
    run = ET.fromstring(found[PurePosixPath(RUNS) / "category1_check.xml"])[0]  # noqa: S314
    assert run.get("folderName") == """Category1: A "title" <b>&amp; ]]> '세션' \\ ../ 🤖"""
    for content in vscode.files((category(NASTY),)).values():
        json.loads(content)


def test_no_file_names_a_machine_or_an_interpreter(workspace, exam_folder):
    everything = b"".join({**pycharm.files(workspace.categories()), **vscode.files(workspace.categories())}.values())
    for name in (str(exam_folder).encode(), sys.executable.encode(), b"jdk-name", b"jdkName"):
        assert name not in everything


def test_vs_code_has_a_task_for_every_command_and_every_starter_to_debug(workspace):
    documents = {path.stem: json.loads(content) for path, content in vscode.files(workspace.categories()).items()}
    assert {task["label"]: task["args"] for task in documents["tasks"]["tasks"]} == {
        "1 Check": [COMMAND, "check", "1"],
        "1 Submit and Test": [COMMAND, "submit", "1"],
        "2 Check": [COMMAND, "check", "2"],
        "2 Submit and Test": [COMMAND, "submit", "2"],
        "Exam panel": [COMMAND, "ui", "--browser"],
        "Time left": [COMMAND, "status"],
    }
    assert {run["name"]: run["program"] for run in documents["launch"]["configurations"]} == {
        "1 Run starter": "${workspaceFolder}/Category1/starter.py",
        "2 Run starter": "${workspaceFolder}/Category2/starter.py",
    }
    assert documents["settings"]["python.defaultInterpreterPath"] == "${workspaceFolder}/.venv"


def test_the_command_is_written_anew_for_whoever_starts(workspace, exam_folder):
    projects.write(workspace)
    command = exam_folder / ".guildmark" / "command.py"
    ours = command.read_bytes()
    command.write_bytes(ours.replace(sys.executable.encode(), b"/gone/python"))
    assert projects.write(workspace) == projects.Written((PurePosixPath(".guildmark/command.py"),), (), ())
    assert command.read_bytes() == ours


def test_no_file_of_the_candidate_stands_in_for_a_module_of_ours(workspace, exam_folder):
    projects.write(workspace)
    for name in ("random", "json", "types", "subprocess"):
        (exam_folder / f"{name}.py").write_text("raise SystemExit('the candidate')\n")
    command = [sys.executable, exam_folder / ".guildmark" / "command.py", "--version"]
    ended = subprocess.run(command, cwd=exam_folder, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "0.1.0\n", "")


def test_a_command_whose_guildmark_is_gone_says_what_to_do(workspace, exam_folder, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(exam_folder / "gone" / "python's"))
    projects.write(workspace)
    monkeypatch.undo()
    ended = subprocess.run(
        [sys.executable, "-S", exam_folder / ".guildmark" / "command.py", "status"], capture_output=True, text=True, check=False
    )
    said = "Guildmark is no longer where it was. Run in a terminal, in this folder: guildmark start\n"
    assert (ended.returncode, ended.stderr) == (1, said)
