"""Installing pinned packages into a new virtual environment: by `uv` where it is there, else by `venv` and pip.

Only wheels are taken: a package that would have to be compiled is a package that is not there for this Python, and saying so at
once beats an hour of compiling. What the installer prints is kept in a log; what went wrong is read from it.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from guildmark.client.interpreters import fitting, python_in, uv
from guildmark.client.requirements import Pythons
from guildmark.i18n import _

_SUPERVISOR = Path(__file__).with_name("supervise_script.py")
_KERNEL_LIMIT_S = 60
_LAST_WORDS = 300
# What would put the packages elsewhere, or read them from there.
_MISLEADING = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__")
_APT = re.compile(r"apt(?:-get)? install (python[\w.-]+)")
_NO_VENV = re.compile(r"ensurepip is not|No module named '?(ensurepip|venv)")
_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|dns error|ConnectTimeout|Connection refused|Network is unreachable"
    r"|error sending request|Failed to fetch|Could not connect|ProxyError|CERTIFICATE_VERIFY_FAILED|Read timed out",
    re.IGNORECASE,
)
_NO_ROOM = re.compile(r"No space left|not enough space|disk quota", re.IGNORECASE)
_NO_WHEEL = re.compile(
    r"No matching distribution|No solution found|has no (usable )?wheels|not a supported wheel", re.IGNORECASE
)


class Failed(Exception):
    """An installation that did not end well: what happened, and what would mend it."""

    def __init__(self, said: str, next_step: str = "") -> None:
        super().__init__(said)
        self.said = said
        self.next_step = next_step


@dataclass(frozen=True)
class Installer:
    """One way to make an environment. `python` is None where uv has to find or fetch one of `pythons`."""

    pythons: Pythons | None
    python: Path | None
    uv: str | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def install(self, environment: Path, requirements: Path, *, log: Path, say: Callable[[str], object]) -> None:
        """Make the environment and put the packages in. `say` hears each line. Raises `Failed`, and leaves `log`."""
        if self.python is None and self.uv is None:
            raise Failed(
                _("The exam's packages need Python {versions}, and this machine has none of them.").format(
                    versions=self.pythons
                ),
                _("Install one of them (python.org), and run: guildmark start"),
            )
        with log.open("w", encoding="utf-8") as kept, _nowhere() as place:
            for command in self._commands(environment.absolute(), requirements.absolute()):
                self._run(command, kept, say, place)

    def name_kernel(self, environment: Path, *, name: str, title: str) -> None:
        """Let Jupyter list the environment under `title`; one that cannot be listed is chosen by its path."""
        command = [
            str(python_in(environment.absolute())),
            "-m",
            "ipykernel",
            "install",
            "--user",
            "--name",
            name,
            "--display-name",
            title,
        ]
        with suppress(OSError, subprocess.SubprocessError), _nowhere() as place:
            subprocess.run(command, capture_output=True, cwd=place, timeout=_KERNEL_LIMIT_S, check=False, env=self._environ())

    def _commands(self, environment: Path, requirements: Path) -> tuple[Sequence[str], ...]:
        python, listed = str(python_in(environment)), str(requirements)
        if self.uv is not None:
            wanted = str(self.python) if self.python else self.pythons.specifier if self.pythons else sys.executable
            return (
                (self.uv, "venv", "--no-project", "--allow-existing", "--seed", "--python", wanted, str(environment)),
                (self.uv, "pip", "install", "--python", python, "--only-binary", ":all:", "--requirement", listed),
            )
        return (
            (str(self.python), "-m", "venv", str(environment)),
            (python, "-m", "pip", "install", "--only-binary", ":all:", "--requirement", listed),
        )

    def _run(self, command: Sequence[str], kept: TextIO, say: Callable[[str], object], place: str) -> None:
        supervised = [sys.executable, "-I", str(_SUPERVISOR), *command]
        lines: list[str] = []
        with subprocess.Popen(
            supervised,
            cwd=place,
            stdin=subprocess.PIPE,  # held open while we live
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=self._environ(),
        ) as process:
            for line in process.stdout or ():
                kept.write(line)
                kept.flush()
                if line.strip():
                    lines.append(line.strip())
                    say(lines[-1])
        if process.returncode:
            raise self._explained("\n".join(lines))

    def _environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
        said = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        return {**kept, **said, **self.variables}

    def _explained(self, output: str) -> Failed:
        again = _again()
        if _NO_VENV.search(output):
            found = _APT.search(output)
            package = found[1] if found else "python3-venv"
            said = _("This Python cannot make environments: Debian and Ubuntu ship that apart.")
            return Failed(said, _("Run: sudo apt install {package}").format(package=package) + ". " + again)
        if _NO_ROOM.search(output):
            return no_room()
        if _NO_NETWORK.search(output):
            said = _("The packages cannot be downloaded: their index does not answer.")
            return Failed(said, _("Look at your connection, and at a proxy that it needs (guildmark doctor).") + " " + again)
        if _NO_WHEEL.search(output):
            said = _("Some of the exam's packages are not there for this Python or this machine.")
            step = (
                _("Install Python {versions} (python.org).").format(versions=self.pythons) + " " + again
                if self.pythons
                else again
            )
            return Failed(said, step)
        last = output.splitlines()[-1][:_LAST_WORDS] if output else ""
        said = _("The installer stopped: {reason}").format(reason=last)
        return Failed(said, _("All that it said is in .guildmark/environment.log."))


def _nowhere() -> tempfile.TemporaryDirectory[str]:
    """An empty folder to be in: `python -m` looks for every module in the current one first, and that is the candidate's."""
    return tempfile.TemporaryDirectory(prefix="guildmark-")


def no_room() -> Failed:
    """What is said where the disk is full, whoever noticed it."""
    return Failed(_("The disk is full: the packages need about 2 GiB."), _("Make room.") + " " + _again())


def _again() -> str:
    return _("Then run: guildmark start; it goes on where it stopped.")


def installer(pythons: Pythons | None) -> Installer:
    """This machine's way to make an environment with one of `pythons`."""
    return Installer(pythons=pythons, python=fitting(pythons), uv=uv())
