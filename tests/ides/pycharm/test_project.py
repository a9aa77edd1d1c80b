"""The exam folder as a project of PyCharm, opened by JetBrains' own project model.

Debian packages the platform's project model (JPS) of 2018.3: `JpsSerializationManager` finds modules, roots, exclusions and
run configurations, and expands the macros in them. The formats have not changed since. PyCharm's own plugin is not packaged:
`ReadProject.java` says what stands in for it.
"""

import shutil
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ides.pycharm.reading import Reader, Unreadable

from guildmark import projects
from guildmark.client.workspace import BundleCategory, BundleIndex, ExamState, Workspace

TITLES = ("Regression", "A \"title\" <b>&amp; ]]>\x00\x1b\uffff\n'세션' \\ ../ 🤖", "图像", "عربي", "  ")
FOLDERS = ("Category1", "Category2", "Category3", "Category4", "Category5")

pytestmark = [pytest.mark.ides, pytest.mark.xdist_group("pycharm")]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    return Reader(tmp_path_factory.mktemp("classes"))


@pytest.fixture
def exam(tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    folder = tmp_path / "an exam"
    categories = tuple(
        BundleCategory(id=f"category{number}", number=number, title=title, folder=f"Category{number}")
        for number, title in enumerate(TITLES, 1)
    )
    index = BundleIndex(attempt="a", exam_id="e", exam_version="1", title="Exam", categories=categories)
    workspace = Workspace(folder)
    workspace.claim(ExamState(server="http://localhost", attempt="a", program="p", exam_title="Exam", index=index))
    for name in FOLDERS:
        (folder / name).mkdir()
        (folder / name / "starter.py").write_text("import os\nprint(os.getcwd())\n")
    projects.write(workspace)
    return folder


def run(exam, name, folder, **options):
    common = {
        "PARENT_ENVS": "true",
        "SDK_HOME": "",
        "WORKING_DIRECTORY": str(exam),
        "IS_MODULE_SDK": "true",
        "ADD_CONTENT_ROOTS": "false",
        "ADD_SOURCE_ROOTS": "false",
    }
    return {
        "name": name,
        "factory": "Python",
        "folder": folder,
        "module": "exam",
        "environment": {"PYTHONUNBUFFERED": "1"},
        "options": common | options,
        "unread": [],
    }


def command(exam, name, folder, parameters):
    script = f"{exam}/.guildmark/command.py"
    return run(exam, name, folder, SCRIPT_NAME=script, PARAMETERS=parameters, EMULATE_TERMINAL="true")


def starter(exam, number, folder):
    place = f"{exam}/Category{number}"
    name = f"{number} Run starter"
    return run(exam, name, folder, SCRIPT_NAME=f"{place}/starter.py", PARAMETERS="", WORKING_DIRECTORY=place)


def test_the_module_is_the_folder_with_a_source_root_for_each_category(reader, exam):
    assert reader.read(exam)["modules"] == [
        {
            "name": "exam",
            "is_python": True,
            "content": [f"file://{exam}"],
            "excluded": [f"file://{exam}/.venv", f"file://{exam}/.guildmark"],
            "sources": [f"file://{exam}/{name}" for name in FOLDERS],
            "dependencies": ["SdkDependency", "ModuleSourceDependency"],
        }
    ]


def test_everything_that_one_runs_in_an_exam_is_a_run_configuration(reader, exam):
    expected = [command(exam, "Exam panel", None, "ui --browser"), command(exam, "Time left", None, "status")]
    shown = ("Regression", """A "title" <b>&amp; ]]> '세션' \\ ../ 🤖""", "图像", "عربي", "")
    for number, title in enumerate(shown, 1):
        folder = f"Category{number}: {title}".strip()
        expected += [
            starter(exam, number, folder),
            command(exam, f"{number} Check", folder, f"check {number}"),
            command(exam, f"{number} Submit and Test", folder, f"submit {number}"),
        ]
    by_name = {found["name"]: found for found in reader.read(exam)["runs"]}
    assert by_name == {wanted["name"]: wanted for wanted in expected}


def test_every_file_of_the_project_is_one_that_the_platform_reads(reader, exam):
    there = sorted(str(path.relative_to(exam / ".idea")) for path in (exam / ".idea").rglob("*") if path.is_file())
    assert reader.read(exam)["files"] == there


def test_a_folder_that_was_moved_is_the_same_project(reader, exam, tmp_path):
    before = reader.read(exam)
    moved = shutil.move(exam, tmp_path / "elsewhere")
    text = str(before)
    assert str(reader.read(moved)) == text.replace(str(exam), str(moved))


def test_what_is_configured_runs_in_an_environment_that_has_no_guildmark(reader, exam):
    venv.create(exam / ".venv", with_pip=False, symlinks=True)
    python = exam / ".venv" / "bin" / "python"
    runs = reader.runs(exam)

    def ended(name, *more):
        command = [python, *runs[name].arguments, *more]
        return subprocess.run(command, cwd=runs[name].folder, capture_output=True, text=True, check=False)

    assert subprocess.run([python, "-c", "import guildmark"], capture_output=True, check=False).returncode == 1
    assert ended("3 Run starter").stdout == f"{exam}/Category3\n"
    assert f"{exam}/Category3/task.json is missing" in ended("3 Check").stderr
    for name in ("3 Check", "3 Submit and Test", "Time left"):
        helped = ended(name, "--help")
        assert (name, helped.returncode, helped.stderr) == (name, 0, "")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def unescaped(path: Path) -> None:
    path.write_text(path.read_text().replace("&lt;b&gt;", "<b>"))


def of_another_kind(path: Path) -> None:
    path.write_text(path.read_text().replace("PYTHON_MODULE", "NO_SUCH_MODULE"))


def gone(path: Path) -> None:
    path.unlink()


BROKEN: list[tuple[str, Callable[[Path], None]]] = [
    ("modules.xml", cut),
    ("exam.iml", cut),
    ("exam.iml", of_another_kind),
    ("exam.iml", gone),
    ("runConfigurations/time_left.xml", cut),
    ("runConfigurations/category2_check.xml", unescaped),
]


@pytest.mark.parametrize(("name", "harm"), BROKEN, ids=[f"{name} {harm.__name__}" for name, harm in BROKEN])
def test_a_broken_file_does_not_pass(reader, exam, name, harm):
    whole = reader.read(exam)
    harm(exam / ".idea" / name)
    try:
        read = reader.read(exam)
    except Unreadable:
        return
    assert read != whole
