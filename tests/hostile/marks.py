"""What hostile files and probes go for, and how it is noticed that one got there.

The same marks are laid out twice: on this host, where nothing may touch them, and at the same paths in the namespaces of a
control run, where the payload must. Everybody may read and write them, so that only the box stands between.
"""

import ctypes
import json
import os
import shutil
import socket
import struct
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

SECRET = b"the-targets-of-the-hidden-data"
_IN_OPEN = 0x20
_EVENT = struct.Struct("iIII")


@dataclass(frozen=True)
class Marks:
    """`folder` holds a secret, also as HDF5, and a folder to drop a marker in; `port` listens; `word` is said by payloads."""

    folder: str
    port: int
    word: str

    @property
    def secret(self) -> Path:
        return Path(self.folder, "secret")

    @property
    def secret_h5(self) -> Path:
        return Path(self.folder, "secret.h5")

    @property
    def marker(self) -> Path:
        return Path(self.folder, "drop", "marker")

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))

    def lay_out(self) -> None:
        """Make the files, for everybody."""
        import h5py

        drop = self.marker.parent
        drop.mkdir(parents=True, exist_ok=True)
        Path(self.folder).chmod(0o755)
        drop.chmod(0o777)
        self.secret.write_bytes(SECRET)
        with h5py.File(self.secret_h5, "w") as file:
            file["kernel"] = [[float(byte) for byte in SECRET]]
        for path in (self.secret, self.secret_h5):
            path.chmod(0o666)


@dataclass(frozen=True)
class Seen:
    """What happened to the marks: what was dropped, which secrets were opened, how often somebody connected."""

    dropped: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    connections: int = 0


class Watch:
    """Watches marks that are laid out. `seen` tells what happened since `reset`."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._connections = 0
        libc = ctypes.CDLL(None, use_errno=True)
        self._inotify = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        watched = (marks.secret, marks.secret_h5)
        self._names = {libc.inotify_add_watch(self._inotify, os.fsencode(path), _IN_OPEN): path.name for path in watched}
        if self._inotify < 0 or -1 in self._names:
            raise OSError(ctypes.get_errno(), "the marks cannot be watched")
        self._listener = socket.create_server(("127.0.0.1", marks.port))
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._inotify)
        self._listener.close()

    def reset(self) -> None:
        """Forget what was seen, and clear away what was dropped."""
        self._opened()
        self._connections = 0
        for path in self._marks.marker.parent.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def seen(self) -> Seen:
        """What happened since `reset`."""
        dropped = tuple(sorted(path.name for path in self._marks.marker.parent.iterdir()))
        return Seen(dropped, self._opened(), self._connections)

    def _opened(self) -> tuple[str, ...]:
        names = set()
        try:
            while content := os.read(self._inotify, 65536):
                offset = 0
                while offset < len(content):
                    number, _mask, _cookie, length = _EVENT.unpack_from(content, offset)
                    names.add(self._names.get(number, "?"))
                    offset += _EVENT.size + length
        except BlockingIOError:
            pass
        return tuple(sorted(names))

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self._connections += 1
            connection.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
