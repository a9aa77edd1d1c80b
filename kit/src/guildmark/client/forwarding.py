"""Letting `guildmark` be found in the exam's environment, although it is installed in another one.

Where the environment is active, the terminal of an IDE included, the candidate types `guildmark` as before, and a run
configuration of an IDE calls `python -m guildmark.cli` with the environment's interpreter. Both are handed on to the one
that has it: its packages and those of the exam never mix. Whatever else is imported of guildmark there, such as `submit`, says
how to install it. Installing guildmark into the environment replaces what is left here.
"""

import os
import shlex
import sys
from pathlib import Path
from typing import Final

from guildmark.client.files import write_atomically
from guildmark.client.interpreters import OURS, python_in
from guildmark.i18n import _

_MODULES: Final = ("guildmark.cli", "guildmark.bridge")
_COMMANDS: Final = ("guildmark", "guildmark.exe", "guildmark.cmd")
# Any Python 3 may run these. `os` and `sys` are loaded before the current folder could stand in for them.
_FORWARD: Final = """\
# Hands `python -m {module}` on to the Python that has it.
import os
import sys

PYTHON = {python!r}
COMMAND = [PYTHON, "-c", {ours!r}, {module!r}] + sys.argv[1:]
if os.name == "nt":
    sys.path[:] = [place for place in sys.path if place and os.path.abspath(place) != os.getcwd()]
    import subprocess

    sys.exit(subprocess.call(COMMAND))
os.execv(PYTHON, COMMAND)
"""
_PACKAGE: Final = """\
# Guildmark is installed elsewhere, and the command finds it there. What else is asked for says how to have it here.
import sys

_SAID = {said}.format(python=sys.executable)


class _NotHere:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("guildmark."):
            raise ModuleNotFoundError(_SAID, name=name)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise ImportError(_SAID, name="guildmark")


sys.meta_path.append(_NotHere)
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
        python = sys.executable.replace("%", "%%")
        write_atomically(scripts / "guildmark.cmd", f'@"{python}" -c "{OURS}" guildmark.cli %*\r\n'.encode())
        return
    command = scripts / "guildmark"
    ours = shlex.join([sys.executable, "-c", OURS, "guildmark.cli"])
    write_atomically(command, f'#!/bin/sh\nexec {ours} "$@"\n'.encode(errors="surrogateescape"))
    command.chmod(0o755)


def _leave_modules(packages: Path) -> None:
    said = _(
        "This Python hands the command guildmark on to another one, and has no such module itself. "
        'Run: "{python}" -m pip install "guildmark[check,notebook]"'
    )
    write_atomically(packages / "guildmark" / "__init__.py", _PACKAGE.format(said=ascii(said)).encode())
    for module in _MODULES:
        folder = packages.joinpath(*module.split("."))
        write_atomically(folder / "__init__.py", b"")
        content = _FORWARD.format(module=module, python=sys.executable, ours=OURS)
        write_atomically(folder / "__main__.py", content.encode())
