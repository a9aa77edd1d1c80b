"""Room on the disk: asked for before something begins that cannot wait, and said plainly where there is none."""

import errno
import shutil
import uuid
from pathlib import Path
from typing import BinaryIO, Final

from guildmark.errors import Refused, StillWaiting, UsageError
from guildmark.i18n import _
from guildmark.rules.wording import size_text

_SPARE: Final = 4 * 1024 * 1024
"""What our own small files beside a large one may take."""
_FULL: Final = frozenset(number for name in ("ENOSPC", "EDQUOT") if (number := getattr(errno, name, None)) is not None)


def is_full(error: OSError) -> bool:
    """Whether `error` says that there is no room, on the disk or in somebody's share of it."""
    return error.errno in _FULL


def require_room(folder: Path, size: int) -> None:
    """Raise `UsageError`, which tells how much is needed, unless `size` bytes and a few more fit where `folder` is."""
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        raise no_room(folder, size, free)


def no_room(folder: Path, size: int, free: int | None = None) -> UsageError:
    """There is no room for `size` bytes at `folder`."""
    said = _("There is no room on the disk of {folder}: {needed} are needed.").format(
        folder=folder, needed=size_text(size + _SPARE)
    )
    if free is not None:
        said = f"{said} {_('{free} are free.').format(free=size_text(free))}"
    return UsageError(said, next_step=_("Make room, then do the same again."), code="no_room")


def require_writable(folder: Path) -> None:
    """Raise `OSError` unless files can be written in `folder`."""
    probe = folder / f".{uuid.uuid4().hex}.tmp"
    try:
        probe.write_bytes(b"\0" * 4096)
    finally:
        probe.unlink(missing_ok=True)


def not_written(error: OSError) -> UsageError:
    """A file of ours that could not be written, whatever the reason: what to say of it."""
    place = "" if error.filename is None else str(error.filename)
    reason = error.strerror or str(error)
    said = _("{file} cannot be written: {why}.") if place else _("A file cannot be written: {why}.")
    return UsageError(
        said.format(file=place, why=reason),
        next_step=_("Make room on the disk, or see that the folder may be written to, then do the same again."),
        code="no_room" if is_full(error) else "not_written",
    )


def open_to_read(path: Path) -> BinaryIO:
    """`path`, to be read as bytes. Raises `Refused` (`not_read`)."""
    try:
        return path.open("rb")
    except OSError as error:
        raise not_read(path, error) from error


def unseen(outbox: Path, error: OSError) -> StillWaiting:
    """What waits in the folder `outbox` cannot be seen, whatever the reason: what to say of it."""
    said = _("{folder} cannot be read: {why}. Files that wait there to be sent would not count.")
    return StillWaiting(
        said.format(folder=outbox, why=error.strerror or str(error)),
        next_step=_("See that your user may read that folder and what is in it, then do the same again."),
    )


def not_read(path: Path, error: OSError) -> Refused:
    """A model, or the copy of one, that could not be read, whatever the reason: what to say of it."""
    return Refused(
        _("{file} cannot be read: {why}.").format(file=path, why=error.strerror or str(error)),
        next_step=_("See that the file may be read, or save the model again; then submit it again."),
        code="not_read",
    )
