"""One sender for each category, whatever tools are open on the exam folder: terminal, dashboard, IDE and notebook.

The system lets a lock go with the process that held it, so one that is killed leaves nothing to clear away. One that is
stopped (Ctrl+Z) keeps it: whoever holds a lock says who it is in a note beside it, and touches the note while it gets on, so
that nobody waits for ever and without a word. Whoever sends in a category leaves a note of it. A tool that waited for its turn
finds there its own bytes, where two were told to send the same file, and takes that submission instead of making a second one.
"""

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.elapsed import elapsed_s
from guildmark.client.files import write_atomically
from guildmark.client.workspace import Workspace

_FOLDER = "locks"
_POLL_S = 0.1
_BEAT_S = 1.0
_NOTED = 50
_ALIVE_S: Final = 120.0
"""A note that nobody touched for so long is that of a process that was killed; one read of the network may take half of it."""
SILENCE_S: Final = 30.0
"""So long a tool waits for another one that does not get on."""


class Holder(BaseModel):
    """Who holds a lock, or put something down: a process of a machine. `doing` is what it works on, in our own words."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    host: str
    doing: str = ""

    @classmethod
    def here(cls, doing: str = "") -> "Holder":
        """This process."""
        return cls(pid=os.getpid(), host=socket.gethostname(), doing=doing)


class Sent(BaseModel):
    """What was sent in a category: the digest of the file, the submission that it became, and its ticket in the outbox."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: str
    submission: str
    ticket: str = ""


class _Notes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    sent: tuple[Sent, ...]


class Taken(Exception):
    """Another tool has the turn: `holder`, as far as it is known."""

    def __init__(self, holder: Holder | None = None) -> None:
        super().__init__()
        self.holder = holder


class Turn:
    """A lock that is held. `beat` says that its holder gets on."""

    def __init__(self, note: Path) -> None:
        self._note = note
        self._beaten_at = elapsed_s()
        self._doing: str | None = None

    def works_on(self, doing: str) -> None:
        """Say in the note what is done now."""
        if doing == self._doing:
            return
        self._doing = doing
        with suppress(OSError):
            write_atomically(self._note, Holder.here(doing).model_dump_json().encode(), durable=False)

    def beat(self) -> None:
        """Say that it goes on; cheap enough for every piece of a file."""
        now = elapsed_s()
        if now >= self._beaten_at + _BEAT_S:
            self._beaten_at = now
            with suppress(OSError):
                os.utime(self._note)


@contextmanager
def one_at_a_time(
    workspace: Workspace,
    name: str,
    *,
    patient: bool = True,
    held_up: Callable[[], object] = bool,
    silence_s: float | None = None,
) -> Iterator[Turn]:
    """Hold the lock `name` of the exam folder, across processes and threads. The same holder may not take it again.

    `held_up` is called once if another one holds it. Raises `Taken` for that at once if not `patient`, and if its holder has
    not got on for `silence_s` seconds.
    """
    path = _folder(workspace) / f"{name}.lock"
    note = _note(workspace, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not patient:
            raise Taken(holder_of(workspace, name)) from None
        held_up()
        _wait_for(lock, workspace, name, SILENCE_S if silence_s is None else silence_s)
    except (OSError, NotImplementedError):
        # A file system of a cluster may know no locks. A file must go its way all the same, and the portal takes what two tools
        # announce as the same file for one upload.
        pass
    turn = Turn(note)
    turn.works_on("")
    try:
        yield turn
    finally:
        with suppress(OSError):
            note.unlink()
        lock.release()


def holder_of(workspace: Workspace, name: str) -> Holder | None:
    """Who holds the lock `name`, as far as a note tells; None where nobody does, or none is alive any more."""
    note = _note(workspace, name)
    try:
        if time.time() - note.stat().st_mtime > _ALIVE_S:
            return None
        return Holder.model_validate_json(note.read_bytes())
    except (OSError, ValidationError):
        return None


def _wait_for(lock: FileLock, workspace: Workspace, name: str, silence_s: float) -> None:
    """Take `lock` once its holder lets it go. Raises `Taken` when neither it nor its successors got on for `silence_s`."""
    seen, since = _mark(workspace, name), elapsed_s()
    while True:
        with suppress(Timeout):
            lock.acquire(timeout=_POLL_S, poll_interval=_POLL_S)
            return
        now = _mark(workspace, name)
        if now != seen:
            seen, since = now, elapsed_s()
        elif elapsed_s() > since + silence_s:
            raise Taken(holder_of(workspace, name))


def _mark(workspace: Workspace, name: str) -> int:
    try:
        return _note(workspace, name).stat().st_mtime_ns
    except OSError:
        return 0


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


def new_ticket() -> str:
    """A name for something that is handed in once."""
    return uuid.uuid4().hex


def _folder(workspace: Workspace) -> Path:
    return workspace.hidden / _FOLDER


def _note(workspace: Workspace, name: str) -> Path:
    return _folder(workspace) / f"{name}.holder"
