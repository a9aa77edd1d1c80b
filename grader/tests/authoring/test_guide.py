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
from guildmark.packs.metric import MetricSpec
from guildmark.packs.model import ExamSpec, InputSpec, LimitsSpec, ReferenceSpec, Role, TaskSpec

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


def follow(folder: Path) -> dict[str, str]:
    """Run all commands but the last one. What those that failed have said."""
    done = {command: run(command, folder) for command in COMMANDS[:-1]}
    return {command: ended.stdout + ended.stderr for command, ended in done.items() if ended.returncode}


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


@pytest.mark.timeout(900)
def test_the_guide_leads_to_a_live_exam(tmp_path: Path) -> None:
    """About a minute on two processors that do nothing else; most of it trains and grades 30 models."""
    assert follow(tmp_path) == {}
    assert "--kind live" in COMMANDS[-2]
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
