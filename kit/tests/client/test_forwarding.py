"""The command in the exam's environment, called where files of the candidate have the names of Python's own modules."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guildmark.client.forwarding import forward
from guildmark.client.interpreters import OURS, command_of, installing

VS_CODE = Path(__file__).parents[3] / "integrations" / "vscode" / "src" / "python.ts"
STANDING_IN = ("random", "json", "types", "typing", "subprocess", "httpx", "typer", "guildmark")
INSTALL = '-m pip install "guildmark[check,notebook]"'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the environment here is one of links")


@pytest.fixture
def folder(tmp_path):
    """A folder in which nothing of Python can be imported."""
    place = tmp_path / "exam"
    place.mkdir()
    for name in STANDING_IN:
        (place / f"{name}.py").write_text(f"raise SystemExit('{name}.py of the candidate')\n")
    return place


@pytest.fixture
def environment(tmp_path):
    """What an installer leaves, with the command in it; its Python sees nothing but what lies there."""
    made = tmp_path / "venv"
    packages = made / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    (made / "bin").mkdir()
    (made / "bin" / "python").symlink_to(sys._base_executable)
    (made / "pyvenv.cfg").write_text(f"home = {Path(sys._base_executable).parent}\n")
    forward(made)
    return made


def said_by(*command, cwd, **variables):
    ended = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, env={**os.environ, **variables}, check=False
    )
    return ended.returncode, ended.stdout.strip(), ended.stderr.strip()


@pytest.mark.parametrize("places", ["", ":/nowhere", "."])
def test_no_file_of_the_folder_stands_in_for_a_module_of_ours(folder, places):
    assert said_by(*command_of("guildmark.cli", "--version"), cwd=folder, PYTHONPATH=places) == (0, "0.1.0", "")


@pytest.mark.skipif(not VS_CODE.exists(), reason="the kit alone, without the extension for VS Code")
def test_vs_code_leaves_the_folder_out_in_the_same_way():
    line = VS_CODE.read_text().partition("const OURS =")[2].partition(";\n\n")[0]
    assert "".join(re.findall('"(.*)"', line)) == OURS


def test_the_environments_command_runs_whatever_the_folder_holds(environment, folder):
    assert said_by(environment / "bin" / "guildmark", "--version", cwd=folder) == (0, "0.1.0", "")


@pytest.mark.parametrize(("module", "argument", "answer"), [("cli", "--version", "0.1.0"), ("bridge", "--help", "usage:")])
def test_the_environments_modules_hand_on(environment, tmp_path, module, argument, answer):
    (tmp_path / "random.py").write_text("raise SystemExit('random.py of the candidate')\n")
    status, out, complaint = said_by(
        environment / "bin" / "python", "-m", f"guildmark.{module}", argument, cwd=tmp_path, PYTHONPATH=""
    )
    assert (status, out.startswith(answer), complaint) == (0, True, "")


@pytest.mark.parametrize(
    "line", ["from guildmark import submit", "import guildmark.notebook", "from guildmark.client.session import Session"]
)
def test_what_is_not_there_says_how_to_install_it(environment, tmp_path, line):
    python = environment / "bin" / "python"
    status, out, complaint = said_by(python, "-c", line, cwd=tmp_path, PYTHONPATH="")
    assert (status, out) == (1, "")
    assert complaint.endswith(f'Run: "{python}" {INSTALL}')


def test_what_to_install_names_this_very_python():
    assert installing("ui") == f'{sys.executable} -m pip install "guildmark[ui]"'
