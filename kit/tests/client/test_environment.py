"""The exam's environment: whole or not taken for whole, never made of what is the candidate's, never in the exam's way."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from guildmark.client.environment import (
    MARK,
    Outcome,
    keep_requirements,
    make,
    requirements_of,
    whole_environment,
)
from guildmark.client.installing import Installer
from guildmark.client.requirements import Pythons
from guildmark.client.workspace import ExamState, Workspace

STANDS_IN = f"""
for last; do :; done
case "$1" in
    venv) mkdir -p "$last/bin" "$last/lib/python3.11/site-packages" && ln -sf {sys.executable} "$last/bin/python" ;;
    pip) echo " + exampleframework==1.0" ;;
esac
"""
NEEDED = "exampleframework==1.0\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="stand-ins for an installer are shell scripts")


@pytest.fixture
def workspace(tmp_path):
    found = Workspace(tmp_path / "exam")
    found.claim(ExamState(server="http://portal", attempt="a", program="test", exam_title="Test exam"))
    keep_requirements(found, NEEDED)
    return found


def installing_by(folder, script, pythons=None):
    """An installer whose uv is `script`."""
    folder.mkdir(exist_ok=True)
    path = folder / "uv"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Installer(pythons=pythons, python=Path(sys.executable), uv=str(path))


@pytest.fixture
def uv(tmp_path):
    """An installer that installs nothing; tests/packaging has real ones."""
    return installing_by(tmp_path / "standing-in", STANDS_IN)


def silent(_line):
    pass


class TestMaking:
    def test_s1_it_is_made_once_with_the_command_in_it_and_the_installer_is_heard(self, workspace, uv):
        said = []
        made = make(workspace, say=said.append, by=uv)
        python = workspace.folder / ".venv" / "bin" / "python"
        assert (made.outcome, made.python, made.next_step) == (Outcome.MADE, python, "")
        assert (said, (workspace.hidden / "environment.log").read_text()) == (
            ["+ exampleframework==1.0"],
            " + exampleframework==1.0\n",
        )
        assert make(workspace, say=pytest.fail, by=uv).outcome is Outcome.THERE
        assert whole_environment(workspace.folder) == python

    def test_other_requirements_are_put_into_the_environment_that_is_there(self, workspace, uv):
        make(workspace, say=silent, by=uv)
        keep_requirements(workspace, NEEDED + "# a newer version of the exam\n")
        assert make(workspace, say=silent, by=uv).outcome is Outcome.MADE

    def test_requirements_are_those_of_the_offer_else_those_in_the_folder_else_none(self, workspace):
        assert requirements_of(workspace) == NEEDED
        (workspace.hidden / "requirements.txt").unlink()
        assert requirements_of(workspace) == ""
        (workspace.folder / "requirements.txt").write_text("numpy==2.4.6\n")
        assert requirements_of(workspace) == "numpy==2.4.6\n"


class FullDisk(Installer):
    """Finds that not even its log has room."""

    def install(self, *_where, **_how):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_x10_a_full_disk_is_told_as_one_whoever_noticed_it(workspace):
    made = make(workspace, say=silent, by=FullDisk(None, Path(sys.executable)))
    assert (made.outcome, made.said) == (Outcome.FAILED, "The disk is full: the packages need about 2 GiB.")
    assert made.next_step.startswith("Make room. Then run: guildmark start")


class TestWhatIsTheCandidates:
    @pytest.mark.parametrize("content", ["pyvenv.cfg", "notes.txt"])
    def test_a_folder_of_theirs_is_never_touched(self, workspace, uv, content):
        theirs = workspace.folder / ".venv"
        theirs.mkdir()
        (theirs / content).write_text("mine")
        made = make(workspace, say=pytest.fail, by=uv)
        assert (made.outcome, made.python) == (Outcome.YOURS, None)
        assert {path.name: path.read_text() for path in theirs.iterdir()} == {content: "mine"}
        assert "guildmark start" in made.next_step

    def test_an_installer_stands_where_no_file_of_the_candidate_does(self, workspace, tmp_path, monkeypatch):
        """`python -m venv` and its like take a `random.py` of the current folder for Python's own."""
        monkeypatch.chdir(workspace.folder)
        (workspace.folder / "random.py").write_text("raise SystemExit")
        said = []
        make(workspace, say=said.append, by=installing_by(tmp_path / "standing-in", f"pwd; ls -A; {STANDS_IN}"))
        assert [line for line in said if line == str(workspace.folder) or line == "random.py"] == []
        assert said[-1] == "+ exampleframework==1.0"

    def test_a_link_of_theirs_is_never_followed(self, workspace, uv, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        (workspace.folder / ".venv").symlink_to(tmp_path / "elsewhere")
        assert make(workspace, say=pytest.fail, by=uv).outcome is Outcome.YOURS
        assert list((tmp_path / "elsewhere").iterdir()) == []


class TestInterruptions:
    def test_a_process_that_is_killed_takes_its_installer_along_and_leaves_nothing_that_passes_for_whole(
        self, workspace, uv, tmp_path
    ):
        standing_in = 'mkdir -p "$8/lib"; touch "$8/lib/half"; echo begun; sleep 60'
        installing_by(tmp_path, standing_in)
        program = (
            "import sys; from pathlib import Path; from guildmark.client.environment import make; "
            "from guildmark.client.installing import Installer; from guildmark.client.workspace import Workspace; "
            "make(Workspace(Path(sys.argv[1])), say=lambda line: print(line, flush=True), "
            "by=Installer(None, Path(sys.executable), sys.argv[2]))"
        )
        command = [sys.executable, "-c", program, str(workspace.folder), str(tmp_path / "uv")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "begun\n"
            process.send_signal(signal.SIGKILL)
        until = time.monotonic() + 10
        while _runs(str(tmp_path / "uv")) and time.monotonic() < until:
            time.sleep(0.05)
        assert not _runs(str(tmp_path / "uv"))
        assert whole_environment(workspace.folder) is None
        made = make(workspace, say=silent, by=uv)
        assert (made.outcome, (workspace.folder / ".venv" / "lib" / "half").exists()) == (Outcome.MADE, False)

    def test_a_folder_that_was_made_and_not_yet_marked_is_ours(self, workspace, uv):
        (workspace.folder / ".venv").mkdir()
        assert make(workspace, say=silent, by=uv).outcome is Outcome.MADE

    def test_one_that_failed_keeps_what_was_put_in_by_hand_and_is_gone_on_with(self, workspace, uv, tmp_path):
        failed = make(workspace, say=silent, by=installing_by(tmp_path, "echo Temporary failure in name resolution; exit 1"))
        (workspace.folder / ".venv" / "by-hand").touch()
        assert (failed.outcome, make(workspace, say=silent, by=uv).outcome) == (Outcome.FAILED, Outcome.MADE)
        assert (workspace.folder / ".venv" / "by-hand").exists()

    def test_two_windows_do_not_make_it_at_once(self, workspace, uv):
        with FileLock(workspace.hidden / "environment.lock"):
            assert make(workspace, say=pytest.fail, by=uv).outcome is Outcome.BUSY
        assert not (workspace.folder / ".venv" / MARK).exists()


def _runs(program):
    return any(program in _command(process) for process in Path("/proc").glob("[0-9]*"))


def _command(process):
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace") if process.name != str(os.getpid()) else ""
    except OSError:
        return ""


FAILURES = [
    (
        "WARNING: Retrying … NewConnectionError('…')\nERROR: No matching distribution found for numpy==2.4.6",
        "cannot be downloaded",
        "connection",
    ),
    (
        "error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address",
        "cannot be downloaded",
        "guildmark doctor",
    ),
    (
        "ERROR: No matching distribution found for tensorflow-cpu==2.21.0",
        "not there for this Python",
        "Install Python 3.11-3.13",
    ),
    ("  No solution found when resolving dependencies:", "not there for this Python", "Install Python 3.11-3.13"),
    ("OSError: [Errno 28] No space left on device", "disk is full", "Make room."),
    (
        "because ensurepip is not\navailable.  On Debian/Ubuntu systems, you need …\n\n    apt install python3.11-venv\n",
        "cannot make environments",
        "Run: sudo apt install python3.11-venv",
    ),
    ("/usr/bin/python3: No module named venv", "cannot make environments", "Run: sudo apt install python3-venv"),
    ("Segmentation fault", "The installer stopped: Segmentation fault", "environment.log"),
]


class TestFailures:
    @pytest.mark.parametrize(("output", "said", "step"), FAILURES, ids=[case[1] + str(n) for n, case in enumerate(FAILURES)])
    def test_p5_each_says_what_to_do_and_that_the_exam_goes_on_without(self, workspace, tmp_path, output, said, step):
        (tmp_path / "output").write_text(output)
        by = installing_by(tmp_path, f"cat {tmp_path / 'output'}; exit 2", Pythons((3, 11), (3, 13)))
        made = make(workspace, say=silent, by=by)
        assert (made.outcome, made.python) == (Outcome.FAILED, None)
        assert said in made.said
        assert step in made.next_step
        assert made.next_step.endswith("only the model file counts.")
        assert (workspace.hidden / "environment.log").read_text() == output

    def test_a_machine_without_a_fitting_python_is_told_which_to_install(self, workspace):
        made = make(workspace, say=pytest.fail, by=Installer(Pythons((3, 11), (3, 13)), python=None))
        assert made.said == "The exam's packages need Python 3.11-3.13, and this machine has none of them."

    def test_a_folder_that_cannot_be_written_stops_nothing(self, workspace, uv):
        (workspace.hidden / "environment.log").mkdir()
        assert make(workspace, say=silent, by=uv).outcome is Outcome.FAILED
