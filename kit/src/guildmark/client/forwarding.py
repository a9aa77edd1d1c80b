"""Letting `guildmark` be found in the exam's environment, although it is installed in another one.

Where the environment is active, the terminal of an IDE included, the candidate types `guildmark` as before, and a run
configuration of an IDE calls `python -m guildmark.cli` with the environment's interpreter. Both are handed on to the one
that has it: its packages and those of the exam never mix. Installing guildmark into the environment replaces what is left here.
"""

import os
import sys
from pathlib import Path
from typing import Final

from guildmark.client.files import write_atomically
from guildmark.client.interpreters import python_in

_MODULES: Final = ("guildmark.cli", "guildmark.bridge")
_COMMANDS: Final = ("guildmark", "guildmark.exe", "guildmark.cmd")
_FORWARD: Final = """\
# Hands `python -m {module}` on to the Python that has it.
import os
import subprocess
import sys

PYTHON = {python!r}
COMMAND = [PYTHON, "-m", {module!r}, *sys.argv[1:]]
if os.name == "nt":
    sys.exit(subprocess.call(COMMAND))
os.execv(PYTHON, COMMAND)
"""


def forward(environment: Path) -> None:
    """Leave the command and its modules in `environment`, unless it has them. Raises `OSError`."""
    scripts = python_in(environment).parent
    if not sys.executable or any((scripts / name).exists() for name in _COMMANDS):
        return
    for packages in (*environment.glob("lib/python3*/site-packages"), *environment.glob("Lib/site-packages")):
        if not (packages / "guildmark").exists():
            _leave_modules(packages)
    if os.name == "nt":
        write_atomically(scripts / "guildmark.cmd", f'@"{sys.executable}" -m guildmark.cli %*\r\n'.encode())
        return
    command = scripts / "guildmark"
    write_atomically(command, f'#!/bin/sh\nexec "{sys.executable}" -m guildmark.cli "$@"\n'.encode())
    command.chmod(0o755)


def _leave_modules(packages: Path) -> None:
    write_atomically(packages / "guildmark" / "__init__.py", b"")
    for module in _MODULES:
        folder = packages.joinpath(*module.split("."))
        write_atomically(folder / "__init__.py", b"")
        content = _FORWARD.format(module=module, python=sys.executable)
        write_atomically(folder / "__main__.py", content.encode())
