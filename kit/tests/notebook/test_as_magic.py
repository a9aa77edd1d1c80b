"""The words of a notebook, loaded without its packages."""

import runpy
from pathlib import Path

import pytest

import guildmark
from guildmark.cli.app import app

MODULE = runpy.run_path(str(Path(guildmark.__file__).parent / "notebook" / "as_magic.py"))
NOT_IN_A_CELL = {"ui", "bridge"}


@pytest.mark.parametrize(
    ("said", "in_a_cell"),
    [
        ("Run: guildmark login", "Run: %guildmark login"),
        (
            "Change to the folder of your exam, or run: guildmark start",
            "Change to the folder of your exam, or run: %guildmark start",
        ),
        ("Run: %guildmark submit 3 model", "Run: %guildmark submit 3 model"),
        ('Run: pip install "guildmark[check]"', 'Run: pip install "guildmark[check]"'),
        ("send it all the same with check=False.", "send it all the same with --no-check."),
        ("Rename the folder .guildmark start", "Rename the folder .guildmark start"),
        ("of guildmark started", "of guildmark started"),
    ],
)
def test_a_command_of_the_terminal_is_said_as_a_cell_takes_it(said, in_a_cell):
    assert MODULE["as_magic"](said) == in_a_cell


def test_every_command_is_known():
    assert set(MODULE["COMMANDS"]) == {one.name or one.callback.__name__ for one in app.registered_commands} - NOT_IN_A_CELL
