"""One process at a time serves a data directory, or changes what a process that serves it has read."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guildmark.errors import GuildmarkError
from guildmark.i18n import _


class AlreadyServed(GuildmarkError):
    """Another process serves this data directory."""

    exit_code = 2


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data directory's lock, which the kernel frees when the process ends, however it ends."""
    (data / "run").mkdir(mode=0o700, exist_ok=True)
    with (data / "run" / "portal.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyServed(
                _("Process {pid} already serves {data}.").format(pid=lock.read().strip() or "?", data=data),
                next_step=_("Use it, or stop it first (Ctrl-C where it runs)."),
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
