"""The Pythons of this machine: which one an environment is made with, where an environment has its own, and how ours is called.

`python -m` looks for every module in the current folder first, which is the candidate's: a `random.py` of theirs would stand in
for Python's own. So our modules are run by a line of code (`OURS`) that leaves that folder out, also where `PYTHONPATH` has it:
an empty place there (`:/opt/tools`) means the current folder, and Python makes its whole path of it.
"""

import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from guildmark.client.requirements import Pythons

NOT_FROM_HERE: Final = (
    "import os, sys; sys.path[:] = [place for place in sys.path "
    "if place and not (os.path.exists(place) and os.path.samefile(place, '.'))]; "
)
"""Code after which no module comes from the current folder. `os` is loaded before one there could stand in for it."""
OURS: Final = f"{NOT_FROM_HERE}import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
"""`python -c OURS MODULE ARGUMENTS`: as `python -m MODULE ARGUMENTS`, without the current folder. No line breaks, no `"`."""
_ASKING_LIMIT_S = 20


def python_in(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def uv() -> str | None:
    """The command `uv`: on PATH, else where its installer puts it, which a terminal from before has not on its PATH."""
    name = "uv.exe" if os.name == "nt" else "uv"
    return shutil.which("uv") or next((str(path) for folder in _uv_folders() if (path := folder / name).is_file()), None)


def _uv_folders() -> list[Path]:
    told = [Path(value) for name in ("UV_INSTALL_DIR", "XDG_BIN_HOME") if (value := os.environ.get(name))]
    return [*told, Path.home() / ".local" / "bin"]


def command_of(module: str, *arguments: str) -> list[str]:
    """The command that runs our `module` with this Python, whatever files lie in the current folder."""
    return [sys.executable, "-c", OURS, module, *arguments]


def installing(extra: str) -> str:
    """What to type to have guildmark's `extra` in this very Python, whichever one the terminal at hand has."""
    python = subprocess.list2cmdline([sys.executable]) if os.name == "nt" else shlex.quote(sys.executable)
    by = f"{python} -m pip install" if find_spec("pip") else f"uv pip install --python {python}"  # a tool of uv's has no pip
    return f'{by} "guildmark[{extra}]"'


def fitting(pythons: Pythons | None) -> Path | None:
    """A Python of this machine that can have the packages: ours, else the newest on PATH; None where there is none."""
    if sys.executable and (pythons is None or sys.version_info[:2] in pythons):
        return Path(sys.executable)
    return next((found for minor in pythons.minors if (found := _named(minor))), None) if pythons else None


def _named(minor: str) -> Path | None:
    """The Python `minor` (`3.12`) that the system knows by that name; on Windows, its launcher is asked."""
    if found := shutil.which(f"python{minor}"):
        return Path(found)
    launcher = shutil.which("py")
    if launcher is None:
        return None
    command = [launcher, f"-{minor}", "-c", "import sys; print(sys.executable)"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ASKING_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Path(done.stdout.strip()) if done.returncode == 0 and done.stdout.strip() else None
