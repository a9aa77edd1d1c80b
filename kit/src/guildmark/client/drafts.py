"""Places of the outbox that are being made: whose each one is, and whether anybody is at it still.

    .guildmark/outbox/draft-000002-category3-1f0c9a2b-4711-9b1e0d3c/file/mymodel.keras

A copy takes time, and other tools put files in and send them meanwhile. So the name of a draft tells its number in the order,
its category, and the machine and the process that make it, and that process touches it while it gets on. One that is alive is
left alone by all others, and counts as a file that is handed in; what a killed process left is cleared away.
"""

import hashlib
import os
import re
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guildmark.client.elapsed import elapsed_s

_NAME = re.compile(r"^draft-(\d{6,})-(category[1-9][0-9]?)-([0-9a-f]{8})-(\d{1,9})-[0-9a-f]{8}$")
_BEAT_S: Final = 1.0
_ALIVE_S: Final = 120.0
"""So long a process that cannot be seen from here, on another machine say, may leave its draft untouched."""
_LEFT_S: Final = 3600.0
"""After that a draft is nobody's, whoever made it: its process is stopped, or its number is that of another one now."""


@dataclass(frozen=True)
class Draft:
    """A place that is being made in `path`. `machine` and `pid` are whose it is; both are empty for a name that is not ours."""

    path: Path
    number: int = 0
    category: str = ""
    machine: str = ""
    pid: int = 0

    @property
    def name(self) -> str:
        """The name of the file that is copied; empty before the copy has begun."""
        with suppress(OSError):
            return min((one.name for one in (self.path / "file").iterdir()), default="")
        return ""

    @property
    def is_alive(self) -> bool:
        """Whether some process is making this, as far as can be told."""
        runs = self._runs()
        return runs is not False and self._untouched_s() < (_LEFT_S if runs else _ALIVE_S)

    @property
    def is_left(self) -> bool:
        """Whether nobody needs it any more, for certain or for an hour."""
        return self._runs() is False or self._untouched_s() > _LEFT_S

    def _runs(self) -> bool | None:
        """Whether the process that makes it is there; None where that cannot be seen from here."""
        if self.machine != _this_machine() or os.name != "posix":
            return None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # it is another user's
            return True
        return True

    def _untouched_s(self) -> float:
        try:
            return time.time() - self.path.stat().st_mtime
        except OSError:  # it is gone
            return _LEFT_S


def drafts(folder: Path) -> Iterator[Draft]:
    """The drafts in `folder`, whoever makes them or left them."""
    with suppress(OSError):
        for path in sorted(folder.glob("draft-*")):
            found = _NAME.match(path.name)
            yield Draft(path, int(found[1]), found[2], found[3], int(found[4])) if found else Draft(path)


def make_draft(folder: Path, number: int, category: str) -> Draft:
    """A new draft in `folder`, made by this process. Raises `OSError`."""
    machine, pid = _this_machine(), os.getpid()
    path = folder / f"draft-{number:06}-{category}-{machine}-{pid}-{uuid.uuid4().hex[:8]}"
    try:
        (path / "file").mkdir(parents=True)
    except OSError:
        with suppress(OSError):
            path.rmdir()
        raise
    return Draft(path, number, category, machine, pid)


def beating(draft: Draft, beat: Callable[[], object]) -> Callable[[], object]:
    """`beat`, and `draft` is touched; cheap enough for every piece of a file."""
    beaten_at = elapsed_s()

    def both() -> None:
        nonlocal beaten_at
        beat()
        if elapsed_s() >= beaten_at + _BEAT_S:
            beaten_at = elapsed_s()
            with suppress(OSError):
                os.utime(draft.path)

    return both


def _this_machine() -> str:
    """This machine, and the space of its process numbers: containers and sandboxes on it have numbers of their own."""
    space = ""
    with suppress(OSError, NotImplementedError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return hashlib.sha256(f"{socket.gethostname()} {space}".encode()).hexdigest()[:8]
