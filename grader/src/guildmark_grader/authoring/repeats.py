"""Whether `build.py` makes the same again: a bank must come out the same from its secret, on every day and every machine.

Two builds of one seed are compared. They run within a moment of each other, where a clock that counts seconds may go unnoticed;
archives, which write down a time by themselves, are therefore looked into as well.
"""

import calendar
import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

from guildmark.i18n import _
from guildmark.packs.model import TaskSpec
from guildmark.packs.names import TARGETS
from guildmark_grader.authoring.output import Hidden
from guildmark_grader.authoring.trial import Variant

_GZIP = b"\x1f\x8b"
_GZIP_TIME = struct.Struct("<4xI")
_ZIP_STEP_S = 2
"""The times in a zip archive are even seconds."""
_SHOWN = 3

Prints = Mapping[str, str]
"""A SHA-256 for each public file and each hidden array, by name."""


def prints(task: TaskSpec, public: Mapping[str, bytes], hidden: Hidden) -> Prints:
    """What one build is told from another by."""
    found = {name: hashlib.sha256(content).hexdigest() for name, content in public.items()}
    for name, array in zip((*task.inputs_files, TARGETS), (*hidden.inputs, hidden.targets), strict=True):
        kind = f"{array.dtype.str} {array.shape} ".encode()
        found[name] = hashlib.sha256(kind + array.tobytes()).hexdigest()
    return found


def repeat_problems(first: Prints, again: Prints) -> list[str]:
    """What is wrong with two builds of the same seed."""
    names = sorted(name for name in {*first, *again} if first.get(name) != again.get(name))
    if not names:
        return []
    message = _(
        "build.py gives other bytes for the same seed: {names}. Draw everything from rng, in a fixed order, and read no clock."
    )
    return [message.format(names=_listed(names))]


def clock_problems(variant: Variant, since: float) -> list[str]:
    """What is wrong with the archives of a variant that was built after `since`, in seconds since 1970."""
    names = sorted(name for name, content in variant.public.items() if any(time >= since for time in _times(content)))
    if not names:
        return []
    message = _("build.py writes the time of day into {names}. Give gzip mtime=0, and the entries of a zip a fixed date_time.")
    return [message.format(names=_listed(names))]


def _times(content: bytes) -> Iterable[float]:
    """The times that an archive carries, at the end of the step that they count in."""
    if content.startswith(_GZIP) and len(content) >= _GZIP_TIME.size:
        return [_GZIP_TIME.unpack_from(content)[0] + 1]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [calendar.timegm((*entry.date_time, 0, 0, 0)) + _ZIP_STEP_S for entry in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return []


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
