"""Where the records of calibrations stand in a pack, and how they are read and written."""

import fcntl
import hashlib
import tempfile
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
    """Put `record` in its place, whole or not at all."""
    path = record_path(pack, form)
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


@contextmanager
def only_writer(pack: Pack, form: Form) -> Iterator[None]:
    """Let nobody else on this machine write the record of `form` meanwhile. Raises `UsageError` if somebody does already."""
    name = hashlib.sha256(str(record_path(pack, form).resolve()).encode()).hexdigest()[:16]
    with Path(tempfile.gettempdir(), f"guildmark-calibration-{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                _("{form} is being calibrated already.").format(form=form.task.id),
                next_step=_("Wait until that ends, or calibrate another form with --form."),
            ) from error
        yield
