"""One sender for each category, whatever tools are open on the exam folder: terminal, dashboard, IDE and notebook.

The system lets a lock go with the process that held it, so one that is killed leaves nothing to clear away. Whoever sends in a
category leaves a note of it. A tool that waited for its turn finds there its own bytes, where two were told to send the same
file, and takes that submission instead of making a second one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.files import write_atomically
from guildmark.client.workspace import Workspace

_FOLDER = "locks"
_POLL_S = 0.1
_NOTED = 50


class Sent(BaseModel):
    """What was sent in a category: the digest of the file, and the submission that it became."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: str
    submission: str


class _Notes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    sent: tuple[Sent, ...]


class Taken(Exception):
    """Another tool has the turn."""


@contextmanager
def one_at_a_time(
    workspace: Workspace, name: str, *, patient: bool = True, held_up: Callable[[], object] = bool
) -> Iterator[None]:
    """Hold the lock `name` of the exam folder, across processes and threads. The same holder may not take it again.

    `held_up` is called once if another one holds it. Raises `Taken` for that at once if not `patient`.
    """
    path = _folder(workspace) / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not patient:
            raise Taken from None
        held_up()
        lock.acquire(poll_interval=_POLL_S)
    except OSError:
        # A file system of a cluster may know no locks. A file must go its way all the same, and the portal takes what two tools
        # announce as the same file for one upload.
        pass
    try:
        yield
    finally:
        lock.release()


def sent_lately(workspace: Workspace, category: str) -> tuple[Sent, ...]:
    """What was sent in `category` from this folder, the newest last, as far as it is noted."""
    try:
        return _Notes.model_validate_json((_folder(workspace) / f"{category}.json").read_bytes()).sent
    except (OSError, ValidationError):
        return ()


def note_sent(workspace: Workspace, category: str, sent: Sent) -> None:
    """Leave a note of what was sent in `category`, while holding its lock."""
    others = tuple(one for one in sent_lately(workspace, category) if one.submission != sent.submission)
    notes = _Notes(sent=(*others, sent)[-_NOTED:])
    write_atomically(_folder(workspace) / f"{category}.json", notes.model_dump_json().encode())


def _folder(workspace: Workspace) -> Path:
    return workspace.hidden / _FOLDER
