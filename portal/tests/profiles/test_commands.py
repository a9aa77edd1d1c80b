"""What operators do from the command line: replace the terms, and enter a name that the form mistakes for a firm's."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A command on a portal of the module's own."""
    data = tmp_path_factory.mktemp("commands") / "portal"

    def command(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*PORTAL, *map(str, words), "--data", str(data)], capture_output=True, text=True, check=False)

    assert command("init", "--owner", "owner@example.org").returncode == 0
    return command


def test_the_terms_are_replaced_with_one_command(run: Run, tmp_path: Path) -> None:
    english, korean = tmp_path / "ours.en.md", tmp_path / "ours.ko.md"
    english.write_text("# Ours\n\nBe fair.\n")
    korean.write_text("# 약관\n\n공정하게.\n")
    done = run("terms", "publish", english, korean, "--version", "2030-01")
    assert (done.returncode, done.stdout) == (0, "In force: terms-2030-01 (en, ko).\n")
    again = run("terms", "publish", english, "--version", "2030-01")
    assert (again.returncode, "published already" in again.stderr) == (3, True)


@pytest.mark.parametrize("name", ["ours.md", "missing.en.md"])
def test_a_file_that_is_missing_or_names_no_language_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "ours.md").write_text("Text")
    refused = run("terms", "publish", tmp_path / name, "--version", "3")
    assert (refused.returncode, "NAME.LANGUAGE.md" in refused.stderr) == (2, True)


def test_p6_support_enters_a_name_that_the_form_mistakes_for_a_firms(run: Run) -> None:
    done = run("profile", "name", "owner@example.org", "Ada  University")
    assert (done.returncode, done.stdout) == (0, "Entered: Ada University.\n")
    empty = run("profile", "name", "owner@example.org", " ")
    assert (empty.returncode, "Enter your name" in empty.stderr) == (3, True)
    assert run("profile", "name", "nobody@example.org", "Ada").returncode == 2
