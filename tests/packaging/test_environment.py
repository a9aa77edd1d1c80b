"""The exam's environment by real installers: uv, and venv with pip. Wheels come from a folder, so that no index is needed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for the wheels

from wheelhouse import wheelhouse

from guildmark.client.environment import Outcome, keep_requirements, make, whole_environment
from guildmark.client.installing import Installer
from guildmark.client.workspace import ExamState, Workspace

pytestmark = pytest.mark.installs
UV = Path(sys.executable).parent / "uv"
NEEDED = "exampleframework==1.0\n"
KILLED = """
import sys
from pathlib import Path
from guildmark.client.environment import make
from guildmark.client.installing import Installer
from guildmark.client.workspace import Workspace

folder, uv, *variables = sys.argv[1:]
by = Installer(None, Path(sys.executable), uv or None, dict(one.split("=", 1) for one in variables))
make(Workspace(Path(folder)), say=lambda line: print(line, flush=True), by=by)
"""


@pytest.fixture
def workspace(tmp_path):
    found = Workspace(tmp_path / "exam")
    found.claim(ExamState(server="http://portal", attempt="a", program="test", exam_title="Test exam"))
    keep_requirements(found, NEEDED)
    return found


@pytest.fixture
def variables(tmp_path):
    return wheelhouse(tmp_path / "wheels")


@pytest.fixture(params=["uv", "pip"])
def installer(request, variables):
    return Installer(None, Path(sys.executable), str(UV) if request.param == "uv" else None, variables)


def output(*command):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout.strip()


def test_s1_it_has_the_pinned_packages_and_pip_and_both_ways_to_the_command(workspace, installer, monkeypatch):
    monkeypatch.chdir(workspace.folder)
    for name in ("logging", "random"):  # which `python -m venv` and pip import, and the command does
        (workspace.folder / f"{name}.py").write_text("raise SystemExit('of the candidate')\n")
    made = make(workspace, say=lambda _line: None, by=installer)
    scripts = workspace.folder / ".venv" / "bin"
    assert (made.outcome, made.python) == (Outcome.MADE, scripts / "python")
    assert output(made.python, "-c", "import exampleframework, pip; print(exampleframework.VALUE)") == "1"
    assert output(scripts / "guildmark", "--version") == output(made.python, "-m", "guildmark.cli", "--version") == "0.1.0"
    assert make(workspace, say=pytest.fail, by=installer).outcome is Outcome.THERE


def test_one_that_is_killed_at_its_first_word_is_made_anew(workspace, installer):
    variables = [f"{name}={value}" for name, value in installer.variables.items()]
    command = [sys.executable, "-c", KILLED, str(workspace.folder), installer.uv or "", *variables]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert whole_environment(workspace.folder) is None
    assert make(workspace, say=lambda _line: None, by=installer).outcome is Outcome.MADE


def test_a_package_that_is_nowhere_is_said_and_stops_nothing(workspace, installer):
    keep_requirements(workspace, "exampleframework==2.0\n")
    made = make(workspace, say=lambda _line: None, by=installer)
    assert (made.outcome, made.said) == (
        Outcome.FAILED,
        "Some of the exam's packages are not there for this Python or this machine.",
    )
