"""The author's guide, followed to the letter: every command in its blocks of shell is run, in order, in an empty folder."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from guildmark.inspection.allowed import layer_names
from guildmark.packs.model import ExamSpec, InputSpec, LimitsSpec, MetricSpec, ReferenceSpec, Role, TaskSpec

GUIDE = Path(__file__).parents[3] / "docs" / "authors-guide.md"
TEXT = GUIDE.read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
SERVE = COMMANDS[-1]
READY_WITHIN_S = 60


def environment(folder: Path) -> dict[str, str]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": programs, "HOME": str(folder), "TF_CPP_MIN_LOG_LEVEL": "2", "COLUMNS": "200"}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=900, check=False
    )


def follow(folder: Path, *, variants: int | None) -> dict[str, subprocess.CompletedProcess[str]]:
    """Run all commands but the last one; with `variants`, calibrate on so few."""
    done = {}
    for command in COMMANDS[:-1]:
        shortened = f"{command} --variants {variants}" if variants and "pack calibrate" in command else command
        done[command] = run(shortened, folder)
    return done


def served(folder: Path) -> str:
    """The page that the portal shows to everybody."""
    command = [*SERVE.split(), "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True) as portal:
        try:
            give_up = time.monotonic() + READY_WITHIN_S
            for line in portal.stdout or ():
                if address := re.search(r"http://\S+", line):
                    with urllib.request.urlopen(address[0], timeout=10) as page:  # noqa: S310 - our own portal on this machine
                        return str(page.read().decode())
                assert time.monotonic() < give_up
        finally:
            portal.send_signal(signal.SIGINT)
            portal.wait(timeout=30)
    raise AssertionError("the portal never said where it is")


def failed(done: dict[str, subprocess.CompletedProcess[str]]) -> dict[str, str]:
    return {command: ended.stdout + ended.stderr for command, ended in done.items() if ended.returncode}


@pytest.mark.timeout(600)
def test_the_guide_leads_to_a_published_exam_and_a_short_calibration_keeps_it_from_going_live(tmp_path: Path) -> None:
    done = follow(tmp_path, variants=2)
    live = next(command for command in COMMANDS if "--kind live" in command)
    calibrate = next(command for command in COMMANDS if "pack calibrate" in command)
    assert set(failed(done)) == {live, calibrate}, failed(done)
    assert done[calibrate].returncode == 3
    assert "2 variants were tried; 10 are needed" in done[calibrate].stdout
    assert "2 variants were tried; 10 are needed" in done[live].stderr
    assert "<html" in served(tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_guide_as_it_stands_leads_to_a_live_exam(tmp_path: Path) -> None:
    assert failed(follow(tmp_path, variants=None)) == {}
    assert "<html" in served(tmp_path)


def keys(section: str) -> set[str]:
    """What the first cells of the tables in a section name as code."""
    body = TEXT.partition(f"## {section}\n")[2].partition("\n## ")[0]
    cells = [row.split("|")[1] for row in body.splitlines() if row.startswith("| ")]
    return {key.strip("[]") for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def test_every_key_is_explained_and_no_other() -> None:
    assert keys("`exam.toml`") == set(ExamSpec.model_fields)
    metrics = set(MetricSpec.model_fields["name"].annotation.__args__)
    task = {*TaskSpec.model_fields, *InputSpec.model_fields, "input"} - {"inputs"}
    assert keys("`task.toml`") == task | metrics
    assert [key for key in LimitsSpec.model_fields if f"`{key}`" not in TEXT] == []
    assert {role.value for role in Role} | {"starter.py", "reference/"} >= keys("`starter.py` and `reference/`")
    assert [key for key in ReferenceSpec.model_fields if key not in TEXT] == []


def test_layers_that_it_names_are_layers() -> None:
    assert set(re.findall(r'forbidden_layers`[^|]*\| [^|]*\["(\w+)"\]', TEXT)) <= set(layer_names())
