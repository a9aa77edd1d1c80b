"""An export is there whole, or not at all.

It is written into a folder beside the one that is asked for, which takes its place in one step of the file system. Whatever
ends the process before that step leaves the earlier export as it was; what it left behind is swept away by the next one.
"""

import ctypes
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guildmark_portal.registry.refusals import ExportRunning, FolderInUse, FolderRefused

MARK: Final = "export.json"
"""A folder with this file is an export, and may be replaced."""
_EXCHANGE: Final = 2
_HERE: Final = -100
_NOT_THERE: Final = {38, 22, 95}
"""ENOSYS, EINVAL and EOPNOTSUPP: a kernel or a file system that cannot exchange."""


@contextmanager
def in_place_of(folder: Path) -> Iterator[Path]:
    """A folder to write into; it becomes `folder` when the context ends well, and is removed when it does not.

    Raises `FolderInUse` before anything is written where `folder` holds anything but an earlier export, `ExportRunning` while
    another process writes beside it, and `FolderRefused` where the file system does not let us.
    """
    target = folder.resolve()
    _refuse_other(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target.parent):
            draft = target.with_name(f".{target.name}.draft")
            _remove(draft)
            draft.mkdir()
            try:
                yield draft
                _refuse_other(target)
                _put(draft, target)
            finally:
                _remove(draft)
    except OSError as error:
        raise FolderRefused(f"{FolderRefused().message} {error}") from error


def _refuse_other(target: Path) -> None:
    try:
        is_free = not target.exists() or (target.is_dir() and ((target / MARK).is_file() or not any(target.iterdir())))
    except OSError as error:
        raise FolderRefused(f"{FolderRefused().message} {error}") from error
    if not is_free:
        raise FolderInUse


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Hold the lock of the folder above, which the kernel frees when the process ends, however it ends."""
    handle = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportRunning from error
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(draft: Path, target: Path) -> None:
    """Let the draft be the target. Afterwards the earlier export, if there was one, stands where the draft was."""
    if not target.exists():
        draft.rename(target)
    elif not _exchanged(draft, target):
        earlier = target.with_name(f".{target.name}.earlier")
        _remove(earlier)
        target.rename(earlier)
        draft.rename(target)
        _remove(earlier)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux); False where that cannot be done."""
    library = ctypes.CDLL(None, use_errno=True)
    exchange = getattr(library, "renameat2", None)
    if exchange is None:
        return False
    if exchange(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_THERE:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
