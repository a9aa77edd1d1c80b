"""A place in the outbox: a copy of a file, and a slip of paper beside it that tells what it is and how far it came."""

from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from guildmark.client.files import sha256_of, write_atomically
from guildmark.client.locks import Holder
from guildmark.client.tus import Outgoing
from guildmark.protocol import CategoryId, Problem, Sha256

_SLIP: Final = "slip.json"
_FILE: Final = "file"
_UNREAD: Final = "0" * 64
"""The digest of a copy that cannot be read."""
_DAMAGED_NAME: Final = "model"


class Behind(BaseModel):
    """An upload that another device opened in the category, and how far it was when we looked: it goes first."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    upload: str
    offset: int
    seen_at: AwareDatetime


class Waiting(BaseModel):
    """A file in the outbox: `path` is the copy, `size` in bytes, `kept_at` by this machine's clock, `by` which process.

    `name` is what the copy is called; empty where that cannot be written down.

    `before` are the submissions of these very bytes that the category had when it was kept; None: that is not known yet. One
    that is new among them is this file's, which was sent although no answer came. `problem` is why the last try came to
    nothing; `refused` is why the portal does not take it at all.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(default=0, exclude=True)
    path: Path = Field(default=Path(), exclude=True)
    name: Annotated[str, Field(pattern=r"^[^/\\\x00]*$")] = ""
    category: CategoryId
    sha256: Sha256
    size: int
    kept_at: AwareDatetime
    ticket: str = ""
    by: Holder | None = None
    before: tuple[str, ...] | None = None
    behind: Behind | None = None
    problem: Problem | None = None
    refused: Problem | None = None

    def is_same(self, other: "Waiting") -> bool:
        """Whether both are one handing in: numbers are used again, and the same bytes may be handed in again."""
        return (self.number, self.category, self.sha256, self.ticket) == (
            other.number,
            other.category,
            other.sha256,
            other.ticket,
        )

    @property
    def outgoing(self) -> Outgoing:
        """The copy, to be sent."""
        return Outgoing(self.path, self.category, self.sha256, self.size)

    @property
    def place(self) -> Path:
        """Its folder in the outbox."""
        return self.path.parent.parent


def write_slip(place: Path, item: Waiting) -> None:
    """Write the slip of `item` into the folder `place`, which is there; none of an unreadable copy. Raises `OSError`."""
    if item.sha256 == _UNREAD:
        return
    write_atomically(place / _SLIP, item.model_dump_json().encode(), private=True, makes_parents=False)


def read_place(place: Path, number: int, category: str) -> Waiting | None:
    """What waits in `place`, whose slip may be broken and whose copy may be gone; None where there is neither."""
    slip, found = _slip(place), _copy_in(place)
    if slip is not None and slip.category == category:
        path = place / _FILE / slip.name if slip.name else found or place / _FILE / _DAMAGED_NAME
        return slip.model_copy(update={"number": number, "path": path})
    if found is None:
        return None
    seen, made = found.stat(), found.parent.stat()
    anew = Waiting(
        name=found.name,
        category=category,
        sha256=_digest(found),
        size=seen.st_size,
        kept_at=datetime.fromtimestamp(seen.st_mtime, tz=timezone.utc),
        ticket=f"{place.name}-{made.st_mtime_ns}",  # the same at the next look, should there be no room for the slip
    )
    with suppress(OSError):
        write_slip(place, anew)
    return anew.model_copy(update={"number": number, "path": found})


def _slip(place: Path) -> Waiting | None:
    try:
        return Waiting.model_validate_json((place / _SLIP).read_bytes())
    except (OSError, ValidationError):
        return None


def _copy_in(place: Path) -> Path | None:
    """The file in `place`. Systems lay files of their own beside it, whose names begin with a dot."""
    try:
        files = [one for one in (place / _FILE).iterdir() if one.is_file()]
    except OSError:
        return None
    return min(files, key=lambda one: (one.name.startswith("."), one.name), default=None)


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except FileNotFoundError:
        raise
    except OSError:
        return _UNREAD


def written_name(path: Path) -> str:
    """The name of `path` as a slip takes it: empty where it is not text."""
    return path.name if path.name.encode(errors="replace").decode() == path.name else ""
