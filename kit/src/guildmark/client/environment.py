"""The exam's own virtual environment: `.venv` in the exam folder, where VS Code, PyCharm and Jupyter look.

It is made from the pinned `requirements.txt` of the exam, which comes with the offer of the sealed bundle, so that it is ready
before the clock runs. Nothing here raises for an installation that fails: only the model file counts, so an exam never waits
for an environment.

`.venv/guildmark.json` says that an environment is ours and how far it came. One that was being made by a process that is gone
is emptied and made again; one that failed in good order is gone on with; a `.venv` without that file is the candidate's, and is
never touched. Whoever makes it holds a lock, and takes the installer along when it dies (`supervise_script`).
"""

import errno
import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.files import write_atomically
from guildmark.client.forwarding import forward
from guildmark.client.installing import Failed, Installer, installer, no_room
from guildmark.client.interpreters import python_in
from guildmark.client.requirements import pinned, pythons_for
from guildmark.client.workspace import Workspace
from guildmark.i18n import _

FOLDER = ".venv"
MARK = "guildmark.json"
Say = Callable[[str], object]


class Stage(str, Enum):
    """How far an environment of ours came."""

    MAKING = "making"
    FAILED = "failed"
    WHOLE = "whole"


class Outcome(str, Enum):
    """What became of the wish for an environment. `YOURS`: a `.venv` of the candidate is there, and was left alone."""

    MADE = "made"
    THERE = "there"
    YOURS = "yours"
    FAILED = "failed"
    BUSY = "busy"

    @property
    def is_ready(self) -> bool:
        """Whether the exam's environment can be used now."""
        return self in (Outcome.MADE, Outcome.THERE)


@dataclass(frozen=True)
class Environment:
    """The exam's environment: what became of it, in words, and what to do now (empty where nothing is to be done)."""

    outcome: Outcome
    folder: Path
    said: str
    next_step: str = ""

    @property
    def python(self) -> Path | None:
        """Its interpreter; None unless it is ready."""
        return python_in(self.folder) if self.outcome.is_ready else None


class _Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Stage
    requirements: str  # the SHA-256 of the text


def keep_requirements(workspace: Workspace, requirements: str) -> None:
    """Keep what came with the offer of the bundle, for whoever makes or examines an environment before the clock runs."""
    if requirements:
        write_atomically(_kept(workspace), requirements.encode())


def requirements_of(workspace: Workspace) -> str:
    """What the exam pins: as it was offered, else as it lies in the folder once the clock runs; empty where nobody said yet."""
    for path in (_kept(workspace), workspace.folder / "requirements.txt"):
        with suppress(OSError, UnicodeDecodeError):
            return path.read_text(encoding="utf-8")
    return ""


def whole_environment(folder: Path) -> Path | None:
    """The interpreter of the whole environment of ours in the exam folder `folder`, or None."""
    mark = _mark_of(folder / FOLDER)
    return python_in(folder / FOLDER) if mark is not None and mark.stage is Stage.WHOLE else None


def make(workspace: Workspace, *, say: Say, by: Installer | None = None) -> Environment:
    """Have the environment of the exam folder, making it where it is not there. `say` hears the installer line by line.

    `by` is the installer to use instead of this machine's. Raises nothing for an installation that fails.
    """
    folder = workspace.folder / FOLDER
    requirements = requirements_of(workspace)
    if not _is_ours(folder):
        return Environment(Outcome.YOURS, folder, *_yours(folder))
    if _is_whole(folder, requirements):
        return Environment(Outcome.THERE, folder, _("The exam's environment is there: {folder}").format(folder=folder))
    try:
        with FileLock(workspace.hidden / "environment.lock", timeout=0):
            return _made(workspace, folder, requirements, by or installer(pythons_for(requirements)), say)
    except Timeout:
        said = _("Another window is making the exam's environment right now.")
        return Environment(Outcome.BUSY, folder, said, _("Go on here; it is ready when that window says so."))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return _failed(
            folder, no_room() if full else Failed(_("The environment could not be made: {reason}").format(reason=error))
        )


def _made(workspace: Workspace, folder: Path, requirements: str, tool: Installer, say: Say) -> Environment:
    if _is_whole(folder, requirements):  # by the process that held the lock before
        return Environment(Outcome.THERE, folder, _("The exam's environment is there: {folder}").format(folder=folder))
    digest = _digest(requirements)
    before = _mark_of(folder)
    folder.mkdir(exist_ok=True)
    if before is None or before.stage is Stage.MAKING:
        _empty(folder)
    _write_mark(folder, Stage.MAKING, digest)
    listed = _kept(workspace)
    write_atomically(listed, requirements.encode())
    try:
        tool.install(folder, listed, log=workspace.hidden / "environment.log", say=say)
    except Failed as failure:
        _write_mark(folder, Stage.FAILED, digest)
        return _failed(folder, failure)
    with suppress(OSError):
        forward(folder)
    if "ipykernel" in pinned(requirements):
        tool.name_kernel(folder, name=f"guildmark-{workspace.state.program}", title=workspace.state.exam_title)
    _write_mark(folder, Stage.WHOLE, digest)
    return Environment(Outcome.MADE, folder, _("The exam's environment is ready: {folder}").format(folder=folder))


def _failed(folder: Path, failure: Failed) -> Environment:
    elsewhere = _("You can sit the exam all the same, with a Python of your own or in a notebook: only the model file counts.")
    return Environment(Outcome.FAILED, folder, failure.said, f"{failure.next_step} {elsewhere}".strip())


def _yours(folder: Path) -> tuple[str, str]:
    return (
        _("{folder} is yours, and is left as it is.").format(folder=folder),
        _("To have the exam's own environment, rename that folder and run: guildmark start"),
    )


def _kept(workspace: Workspace) -> Path:
    return workspace.hidden / "requirements.txt"


def _digest(requirements: str) -> str:
    return hashlib.sha256(requirements.encode()).hexdigest()


def _is_ours(folder: Path) -> bool:
    """Whether there is nothing, or something that only we made: with our mark, or an empty folder just before it gets one."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return False
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return MARK in names or all(name.startswith(f".{MARK}.") for name in names)


def _is_whole(folder: Path, requirements: str) -> bool:
    mark = _mark_of(folder)
    return mark == _Mark(stage=Stage.WHOLE, requirements=_digest(requirements)) and python_in(folder).exists()


def _mark_of(folder: Path) -> _Mark | None:
    try:
        return _Mark.model_validate_json((folder / MARK).read_bytes())
    except (OSError, ValidationError):
        return None


def _write_mark(folder: Path, stage: Stage, digest: str) -> None:
    write_atomically(folder / MARK, _Mark(stage=stage, requirements=digest).model_dump_json().encode())


def _empty(folder: Path) -> None:
    """Take out all but our mark, which goes on saying whose folder it is."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MARK:
            entry.unlink()
