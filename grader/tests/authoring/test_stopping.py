"""Ctrl+C, as a terminal sends it: to every process of the command at once, and more than once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guildmark_grader.authoring.processes import Stopped, stoppable, watched

BEGUN = "begun.txt"
TEMPORARY = "temporary-files-of-this-command-in-a-folder-whose-path-is-longer-than-any-address-of-a-socket-may-be-on-linux"
SLEEPY = """\
import pathlib, time


def build(rng, sources, public, hidden):
    pathlib.Path({begun!r}).write_text("")
    time.sleep(60)
"""


def started(pack: Path, folder: Path, *arguments: object) -> "subprocess.Popen[str]":
    """A command of an author as the leader of its own group, in the middle of a build."""
    (pack / "category1" / "sums" / "build.py").write_text(SLEEPY.format(begun=str(folder / BEGUN)))
    temporary = folder / TEMPORARY
    temporary.mkdir()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("guildmark-grader"), "pack", *map(str, arguments)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    give_up = time.monotonic() + 120
    while not (folder / BEGUN).exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("command", ["build", "check", "prove"])
def test_ctrl_c_ends_a_command_with_one_sentence_and_nothing_left(pack: Path, tmp_path: Path, command: str) -> None:
    options = ("--out", tmp_path / "bank", "--variants", 9) if command == "build" else ()
    process = started(pack, tmp_path, command, pack, *options)
    os.killpg(process.pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    heading = output if command == "prove" else ""
    assert (output, errors) == (heading, "Stopped. Nothing was kept; run the same command again to begin anew.\n")
    assert list((tmp_path / TEMPORARY).iterdir()) == []
    assert not (tmp_path / "bank").exists()


def test_a_calibration_says_what_is_kept(pack: Path, tmp_path: Path) -> None:
    process = started(pack, tmp_path, "calibrate", pack, "--variants", 4)
    os.kill(process.pid, signal.SIGTERM)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 143
    assert errors == "Stopped; 0 of 4 trainings are kept. Run the same command again to go on.\n"
    assert list((tmp_path / TEMPORARY).iterdir()) == []


def test_what_runs_is_killed_and_what_begins_too_late_as_well() -> None:
    killed: list[str] = []
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with stoppable(), watched(lambda: killed.append("running")):
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                signal.raise_signal(signal.SIGINT)  # once more, while everything is cleared away
                with watched(lambda: killed.append("late")):
                    pass

    with pytest.raises(Stopped) as stopped:
        work()
    assert (killed, stopped.value.status) == (["running", "late"], 130)
    assert signal.getsignal(signal.SIGINT) is before
    with stoppable(), watched(lambda: killed.append("next")):
        pass
    assert len(killed) == 2
