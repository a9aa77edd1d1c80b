"""What stands around a probe, on this host and in a control run alike: sockets, a segment, a file left behind."""

import contextlib
import ctypes
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.hostile.marks import Marks

MIB = 1024 * 1024
MEMORY, SCRATCH = 256 * MIB, 16 * MIB
"""Bytes: what a probe may take, and what fits into its scratch folder."""

KEY = 0x6D61726B
_CREATE, _REMOVE = 0o1000, 0


def argument(marks: Marks, repository: Path) -> str:
    """What every probe is told."""
    told: dict[str, Any] = {
        "secret": str(marks.secret),
        "marker": str(marks.marker),
        "port": marks.port,
        "socket": f"{marks.folder}/socket",
        "abstract": marks.word,
        "left": f"left-{marks.word}",
        "key": KEY,
        "stay_s": 3,
        "handle_of": marks.folder,
        "repository": str(repository),
        "memory": MEMORY,
        "scratch": SCRATCH,
    }
    return json.dumps(told)


@contextlib.contextmanager
def set_up(marks: Marks) -> Iterator[None]:
    """Sockets by path and by abstract name, a segment of shared memory, and a file where all may write."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = Path(marks.folder, "socket")
    left = Path("/var/tmp", f"left-{marks.word}")  # noqa: S108 - the place that every user knows is what it is about
    with socket.socket(socket.AF_UNIX) as by_path, socket.socket(socket.AF_UNIX) as by_name:
        by_path.bind(str(path))
        path.chmod(0o666)
        by_name.bind(f"\0{marks.word}")
        for listener in (by_path, by_name):
            listener.listen(64)
        segment = libc.shmget(KEY, ctypes.c_size_t(4096), _CREATE | 0o666)
        left.write_bytes(b"x")
        try:
            yield
        finally:
            libc.shmctl(segment, _REMOVE, None)
            path.unlink()
            left.unlink()


def open_something() -> list[int]:
    """A folder and a socket, left open as a careless grader would."""
    return [os.open("/", os.O_RDONLY), socket.socket(socket.AF_UNIX).detach()]
