"""A copy of a file that keeps what it was at one moment, whatever a training writes into the file afterwards.

Where the file system can, the copy shares its blocks with the file until one of them changes, and takes no room and no time.
Where there is no room for a copy, the file gets a second name instead, which holds it against being replaced and removed; a
training that writes into the very file is noticed by the digest, and nothing wrong is sent.
"""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from guildmark.client.disk import is_full, no_room, not_read, open_to_read, require_room
from guildmark.errors import Refused, UsageError
from guildmark.i18n import _

_PIECE: Final = 1024 * 1024
_FICLONE: Final = 0x40049409
_TRIES: Final = 3
_SETTLE_S: Final = 0.5


@dataclass(frozen=True)
class Copied:
    """What was copied: its SHA-256 in lower-case hex, and its size in bytes."""

    sha256: str
    size: int


def copy_durably(source: Path, target: Path, *, beat: Callable[[], object] = bool) -> Copied:
    """Copy `source` to the new file `target`, for its owner alone, whole and on the disk.

    Raises `UsageError` where there is no room for it and no second name for `source`, `OSError` where it cannot be written, and
    `Refused` where `source` cannot be read (`not_read`), or is being written and does not come to rest in a second
    (`file_changed`). `beat` is called now and then.
    """
    for number in range(_TRIES):
        if number:
            time.sleep(_SETTLE_S)
        try:
            copied = _copied(source, target, beat)
        except (UsageError, OSError) as error:
            target.unlink(missing_ok=True)
            if isinstance(error, OSError) and not is_full(error):
                raise
            if not _named_twice(source, target):
                raise (no_room(target.parent, source.stat().st_size) if isinstance(error, OSError) else error) from error
            copied = _read(target, beat)
        if copied is not None:
            return copied
        target.unlink()
    raise file_changed(source)


def _named_twice(source: Path, target: Path) -> bool:
    """Make `target` a second name of `source`, if the file system can."""
    with suppress(OSError, NotImplementedError):
        target.hardlink_to(source.resolve(strict=True))
        return True
    return False


def _read(path: Path, beat: Callable[[], object]) -> Copied | None:
    """What is in the file `path`; None if it was written to meanwhile."""
    with open_to_read(path) as file:
        before, digest = _look(file), hashlib.sha256()
        while piece := _piece(file, path):
            digest.update(piece)
            beat()
        return Copied(digest.hexdigest(), before[0]) if _look(file) == before else None


def _copied(source: Path, target: Path, beat: Callable[[], object]) -> Copied | None:
    """The copy; None if the file was written to meanwhile."""
    with open_to_read(source) as old, _private(target) as new:
        before = _look(old)
        shares = _clone(old, new)
        if not shares:
            require_room(target.parent, before[0])
        digest, size = hashlib.sha256(), 0
        while piece := _piece(new, target) if shares else _piece(old, source):
            digest.update(piece)
            size += len(piece)
            if not shares:
                new.write(piece)
            beat()
        new.flush()
        os.fsync(new.fileno())
        if _look(old) != before or size != before[0]:
            return None
    return Copied(digest.hexdigest(), size)


def _piece(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as error:
        raise not_read(path, error) from error


def _private(path: Path) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "r+b")


def _look(file: BinaryIO) -> tuple[int, int]:
    seen = os.fstat(file.fileno())
    return seen.st_size, seen.st_mtime_ns


def _clone(old: BinaryIO, new: BinaryIO) -> bool:
    """Let `new` share the blocks of `old`; False where the file system does not do that."""
    if sys.platform != "linux":
        return False
    import fcntl

    with suppress(OSError):
        fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
        return True
    return False


def keep_names(folder: Path) -> None:
    """Have the disk know the names in `folder`, where the system can be asked for that."""
    with suppress(OSError, AttributeError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def clear_away(folder: Path) -> None:
    """Remove `folder` with what is in it, as far as that goes."""
    shutil.rmtree(folder, ignore_errors=True)


def file_changed(path: Path) -> Refused:
    """`path` is being written, or is not what it was when it was announced."""
    return Refused(
        _("{path} changed while it was being sent.").format(path=path),
        next_step=_("Let the training finish saving, then submit the file again."),
        code="file_changed",
    )
