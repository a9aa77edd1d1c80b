"""Where the records of calibrations stand in a pack, and how they are read and written."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from guildmark.errors import PackUnreadable, UsageError
from guildmark.i18n import _
from guildmark.packs.calibration import CalibrationRecord
from guildmark.packs.reader import Form, Pack

FOLDER = "calibration"


def record_path(pack: Pack, form: Form) -> Path:
    """Where the record of `form` stands; its plot stands beside it."""
    return pack.folder / FOLDER / f"{form.task.id}.json"


def read_record(pack: Pack, form: Form) -> CalibrationRecord | None:
    """The record in the pack, whatever it is bound to; None if there is none. Raises `PackUnreadable` if it cannot be read."""
    path = record_path(pack, form)
    try:
        return CalibrationRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        message = _("The calibration record {path} cannot be read.").format(path=f"{FOLDER}/{path.name}")
        raise PackUnreadable(message, next_step=_("Remove it and calibrate the form again.")) from error


def write_record(pack: Pack, form: Form, record: CalibrationRecord) -> None:
    """Put `record` in its place, whole or not at all. Raises `UsageError` if it cannot be written."""
    path = record_path(pack, form)
    unfinished = path.with_suffix(".unfinished")
    try:
        path.parent.mkdir(exist_ok=True)
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(record.model_dump_json(indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def only_writer(pack: Pack, form: Form) -> Iterator[None]:
    """Let nobody else write the record of `form` meanwhile. Raises `UsageError` if somebody does, or nobody can."""
    path = record_path(pack, form)
    try:
        path.parent.mkdir(exist_ok=True)
        lock = path.with_name(f".{form.task.id}.lock").open("w")
    except OSError as error:
        raise _unwritable(path, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_stale = os.fstat(lock.fileno()).st_nlink == 0  # whoever held it has just ended and removed it
        except BlockingIOError:
            is_stale = True
        if is_stale:
            raise UsageError(
                _("{form} is being calibrated already.").format(form=form.task.id),
                next_step=_("Wait until that ends, or calibrate another form with --form."),
            )
        try:
            yield
        finally:
            Path(lock.name).unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        _("The calibration record {path} cannot be written: {reason}.").format(
            path=f"{FOLDER}/{path.name}", reason=error.strerror or error
        ),
        next_step=_("Mend that and run the same command again: it goes on from what is there."),
    )
