"""The Tab key in real shells: what `guildmark --show-completion` prints is loaded by bash and zsh, and completes an exam."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from guildmark.client.workspace import BundleCategory, BundleIndex, ExamState, Workspace

pytestmark = pytest.mark.installs
# What each shell does at the Tab key after the words, without a terminal.
BASH = """
eval "$(guildmark --show-completion)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _guildmark_completion guildmark; printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() { : }
_arguments() { print -r -- "$@" }
_files() { print -r -- files }
eval "$(guildmark --show-completion)"
words=("$@"); CURRENT=$#; _guildmark_completion
"""


@pytest.fixture
def at_the_shell(tmp_path):
    exam = Workspace(tmp_path / "exam")
    parts = (BundleCategory(id=f"category{n}", number=n, title=f"Part {n}", folder=f"Category{n}") for n in (1, 2))
    index = BundleIndex(attempt="a", exam_id="e", exam_version="1", title="Exam", categories=tuple(parts))
    exam.claim(ExamState(server="http://portal.invalid", attempt="a", program="demo", exam_title="Demo exam", index=index))
    (exam.receipts).mkdir()
    (exam.receipts / "5f1c2a34-0000.json").write_text(json.dumps({}))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def press_tab(shell, *words):
        program = shutil.which(shell)
        if program is None:
            pytest.skip(f"no {shell} on this machine")
        script = tmp_path / f"script.{shell}"
        script.write_text({"bash": BASH, "zsh": ZSH}[shell])
        environ = {**os.environ, "PATH": path, "GUILDMARK_CONFIG_DIR": str(tmp_path / "config"), "LANGUAGE": "en"}
        done = subprocess.run(
            [program, str(script), *words], capture_output=True, text=True, check=True, cwd=exam.folder, env=environ
        )
        return done.stdout

    return press_tab


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    ("words", "offered", "other"),
    [
        (("guildmark", "sub"), "submit", "start"),
        (("guildmark", "submit", ""), "2", "category"),
        (("guildmark", "fetch", "5f"), "5f1c2a34", "demo"),
        (("guildmark", "start", "d"), "demo", "submit"),
    ],
)
def test_the_tab_key_completes_commands_categories_submissions_and_programs_offline(at_the_shell, shell, words, offered, other):
    said = at_the_shell(shell, *words)
    assert (offered in said, other in said) == (True, False), said
