"""Outside the child: give it the bytes, hold it to its limits, and say in words what it refused.

Bytes travel through memory (`memfd`), never through a file on the disk. The child's output is a memory file as well, so that
its limit on the size of files bounds what it can make the portal read.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Hashable
from dataclasses import dataclass
from typing import IO, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark.errors import OurFault, Refused
from guildmark_portal.accounts import contact
from guildmark_portal.identity.intake.kinds import Kind, is_heif, kind_of
from guildmark_portal.identity.intake.limits import LIMITS, MIB, Limits
from guildmark_portal.identity.intake.places import PLACES, NoPlace, Spent

_LOG: Final = logging.getLogger(__name__)
_CHILD: Final = "guildmark_portal.identity.intake.child"
_NOT_READY: Final = 71
"""The child's status when it could not be confined: `child.NOT_READY`, whose module only the child imports."""
_ANSWER_MAX: Final = 4096

_SENTENCES: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "empty": (_("The file is empty."), _("Choose the picture again; it may not have been saved completely.")),
    "too_large": (
        _("The file is larger than %(mib)d MiB."),
        _("Take the picture again in a smaller size, or save it as a JPEG."),
    ),
    "heif": (
        _("This is a HEIC or AVIF picture, which cannot be read here."),
        _("Save it as a JPEG and choose that. On an iPhone: Settings, Camera, Formats, Most Compatible."),
    ),
    "unknown": (
        _("This is not a JPEG, PNG, WebP or PDF file, whatever its name says."),
        _("Take a photo of the document, or scan it, and choose the JPEG, PNG, WebP or PDF."),
    ),
    "unknown_photo": (
        _("This is not a JPEG or PNG picture, whatever its name says."),
        _("Take the photo of yourself with a camera, or save it as a JPEG, and send that."),
    ),
    "not_a_photo": (
        _("A photo is a JPEG or PNG picture; a PDF or WebP is not taken."),
        _("Take the photo with a camera, or save it as a JPEG, and send that."),
    ),
    "damaged": (_("The file is damaged or incomplete."), _("Open it to see whether it is whole; then take or scan it again.")),
    "moving": (_("This picture has several frames."), _("Choose a still picture.")),
    "too_many_pixels": (
        _("The picture has more than %(megapixels)d megapixels."),
        _("Take it again with a smaller size; 12 megapixels are plenty."),
    ),
    "too_many_pages": (
        _("The PDF has more than %(pages)d pages."),
        _("Save only the pages that show the document, and choose that file."),
    ),
    "encrypted": (_("The PDF is protected by a password."), _("Save a copy without a password, or take a photo of it.")),
    "too_much_memory": (
        _("The file needs more memory than a picture of a document ever does."),
        _("Take a photo of the document instead."),
    ),
    "took_too_long": (_("The file could not be read in time."), _("Take a photo of the document instead.")),
    "spent": (
        _("Reading your files has taken far longer than reading papers does."),
        _("Wait an hour, then send a photo of the document as a JPEG."),
    ),
    "busy": (_("Many files are being read at this moment."), _("Send it again in a minute; nothing is lost.")),
}


class FileUnusable(Refused):
    """The file cannot be taken. `code` is one of the reasons in this module."""

    def __init__(self, reason: str, limits: Limits = LIMITS) -> None:
        message, next_step = _SENTENCES[reason]
        known = {"mib": limits.file_bytes // MIB, "megapixels": limits.pixels // 1_000_000, "pages": limits.pages}
        super().__init__(str(message) % known, next_step=str(next_step), code=reason)


@dataclass(frozen=True)
class Page:
    """A picture of plain pixels: upright, a JPEG without metadata. Sizes are in pixels."""

    width: int
    height: int
    jpeg: bytes


class IntakeNotReady(OurFault):
    """This portal cannot read files safely at this moment; your file is not to blame."""

    def __init__(self) -> None:
        super().__init__(
            next_step=gettext("Send it again later; if that does not help, write to {contact}.").format(
                contact=contact.address()
            )
        )


def pages_of(content: bytes, *, sender: Hashable, limits: Limits = LIMITS) -> tuple[Page, ...]:
    """The pages of a picture or PDF that `sender` sent: one for a picture. Raises `FileUnusable`, or `IntakeNotReady`."""
    if not content:
        raise FileUnusable("empty", limits)
    if len(content) > limits.file_bytes:
        raise FileUnusable("too_large", limits)
    kind = kind_of(content)
    if kind is None:
        raise FileUnusable("heif" if is_heif(content) else "unknown", limits)
    try:
        with PLACES.taken_by(sender), _memory("sent") as source, _memory("made") as target:
            source.write(content)
            source.seek(0)
            status = _run(kind, source, target, limits)
            return _read(target, status, limits)
    except NoPlace as error:
        raise FileUnusable("busy", limits) from error
    except Spent as error:
        raise FileUnusable("spent", limits) from error


def _memory(name: str) -> IO[bytes]:
    """A file without a place on the disk."""
    return os.fdopen(os.memfd_create(name), "w+b")


def _run(kind: Kind, source: IO[bytes], target: IO[bytes], limits: Limits) -> int:
    """The exit status of the child; that of a kill where it had to be killed."""
    numbers = (limits.pixels, limits.pages, limits.side, limits.output_bytes, limits.memory_bytes, limits.cpu_s)
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", _CHILD, kind.value, *map(str, numbers)],
        stdin=source,
        stdout=target,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
    )
    try:
        return child.wait(limits.wall_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return -signal.SIGKILL


def _read(target: IO[bytes], status: int, limits: Limits) -> tuple[Page, ...]:
    """What the child wrote. It may have been taken over by what it read, so it is believed in nothing."""
    if status == _NOT_READY:
        _LOG.error("The process that reads files could not be confined; no file is read. See identity.intake.confinement.")
        raise IntakeNotReady
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise FileUnusable("took_too_long", limits)
    target.seek(0)
    line = target.readline(_ANSWER_MAX)
    if status != 0 or not line.endswith(b"\n"):
        raise FileUnusable("damaged", limits)
    try:
        answer = json.loads(line)
        if answer.get("unconfined"):
            _LOG.warning("This kernel has no seccomp: files are read within limits, without a filter of system calls.")
        if "refused" in answer:
            raise FileUnusable(answer["refused"] if answer["refused"] in _SENTENCES else "damaged", limits)
        made = tuple(
            Page(width, height, target.read(length))
            for width, height, length in answer["pages"][: limits.pages]
            if 0 < width <= limits.side and 0 < height <= limits.side and 0 < length <= limits.output_bytes
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FileUnusable("damaged", limits) from error
    if not made or not all(_is_whole_jpeg(page.jpeg) for page in made):
        raise FileUnusable("damaged", limits)
    return made


def _is_whole_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9")
