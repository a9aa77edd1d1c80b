"""What was handed in while the portal did not answer: copies of the files, in order, until the portal has them.

    .guildmark/outbox/000001-category3/slip.json         what it is, and how far it came
    .guildmark/outbox/000001-category3/file/mymodel.keras

A place in the outbox is made under another name and renamed when it is whole, and renamed again before it is cleared away, so
that a process that is killed leaves a whole place or none. Its folder's name tells the order and the category: a broken slip
is written anew from that and from the file.

A file in here is not submitted: it counts from the moment the portal opens its upload. `submissions` sends what waits, each
place under the lock of its category.
"""

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from guildmark.client.files import sha256_of, write_atomically
from guildmark.client.locks import one_at_a_time
from guildmark.client.tus import Outgoing, file_changed
from guildmark.client.workspace import Workspace
from guildmark.packs.names import fitting_name
from guildmark.protocol import CategoryId, Problem, Sha256

_PLACE = re.compile(r"^(\d{6,})-(category[1-9][0-9]?)$")
_SLIP = "slip.json"
_LOCK = "outbox"
_PIECE = 1024 * 1024


class Waiting(BaseModel):
    """A file in the outbox: `path` is the copy, `size` in bytes, `kept_at` by this machine's clock.

    `before` are the submissions of these very bytes that the category had when it was kept; None: that is not known yet. One
    that is new among them is this file's, which was sent although no answer came. `refused` is why the portal does not take it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(default=0, exclude=True)
    path: Path = Field(default=Path(), exclude=True)
    category: CategoryId
    sha256: Sha256
    size: int
    kept_at: AwareDatetime
    before: tuple[str, ...] | None = None
    refused: Problem | None = None

    @property
    def outgoing(self) -> Outgoing:
        """The copy, to be sent."""
        return Outgoing(self.path, self.category, self.sha256, self.size)

    @property
    def place(self) -> Path:
        """Its folder in the outbox."""
        return self.path.parent.parent


class Outbox:
    """The outbox of an exam folder. Read at every look, as other tools put files in and send them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.hidden / "outbox"

    def keep(self, outgoing: Outgoing, *, kept_at: datetime, before: tuple[str, ...] | None) -> Waiting:
        """Copy the file in, behind what waits already; the same bytes as the last of their category wait there once.

        Raises `OSError` where there is no room, and `Refused` where the file is not the one that `outgoing` tells any more.
        """
        with one_at_a_time(self._workspace, _LOCK):
            self._clear_away()
            mine = [one for one in self._all() if one.category == outgoing.category]
            if mine and mine[-1].refused is None and mine[-1].sha256 == outgoing.sha256:
                return mine[-1]
            number = 1 + max((number for number, _category, _place in self._places()), default=0)
            place = self._folder / f"{number:06}-{outgoing.category}"
            name = fitting_name(outgoing.path.name)
            kept = Waiting(
                number=number,
                path=place / "file" / name,
                category=outgoing.category,
                sha256=outgoing.sha256,
                size=outgoing.size,
                kept_at=kept_at,
                before=before,
            )
            draft = self._folder / f"draft-{uuid.uuid4().hex}"
            try:
                (draft / "file").mkdir(parents=True)
                if _copy(outgoing.path, draft / "file" / name) != outgoing.sha256:
                    raise file_changed(outgoing.path)
                write_atomically(draft / _SLIP, kept.model_dump_json().encode())
                draft.rename(place)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            return kept

    def waiting(self, category: str | None = None) -> tuple[Waiting, ...]:
        """What is to be sent (in `category`), the first first."""
        return tuple(one for one in self._all() if one.refused is None and category in (None, one.category))

    def refused(self) -> tuple[Waiting, ...]:
        """What the portal does not take; it stays until something newer of its category is handed in."""
        return tuple(one for one in self._all() if one.refused is not None)

    def still(self, item: Waiting) -> Waiting | None:
        """`item` as it is now; None where another tool has sent it."""
        return next(
            (one for one in self.waiting(item.category) if one.number == item.number and one.sha256 == item.sha256), None
        )

    def note_before(self, item: Waiting, before: tuple[str, ...]) -> Waiting:
        """Write down which submissions of these bytes there were before it was sent."""
        return self._rewrite(item.model_copy(update={"before": before}))

    def refuse(self, item: Waiting, problem: Problem) -> Waiting:
        """Write down that the portal does not take it, and why."""
        return self._rewrite(item.model_copy(update={"refused": problem}))

    def remove(self, item: Waiting) -> None:
        """The portal has it, or nobody wants it any more."""
        done = self._folder / f"done-{uuid.uuid4().hex}"
        with suppress(FileNotFoundError):
            item.place.rename(done)
        shutil.rmtree(done, ignore_errors=True)

    def forget_refused(self, category: str) -> None:
        """Drop what was refused in `category`."""
        for one in self.refused():
            if one.category == category:
                self.remove(one)

    def _rewrite(self, item: Waiting) -> Waiting:
        write_atomically(item.place / _SLIP, item.model_dump_json().encode())
        return item

    def _places(self) -> list[tuple[int, str, Path]]:
        try:
            names = sorted(self._folder.iterdir())
        except OSError:  # there is no outbox
            return []
        return sorted((int(found[1]), found[2], place) for place in names if (found := _PLACE.match(place.name)))

    def _all(self) -> Iterator[Waiting]:
        for number, category, place in self._places():
            with suppress(OSError, StopIteration):  # sent by another tool while we look
                path = next(file for file in (place / "file").iterdir() if file.is_file())
                yield _read(place, path, number, category)

    def _clear_away(self) -> None:
        """What a killed process left of a place that was not whole yet, or no longer."""
        for pattern in ("draft-*", "done-*"):
            for left in self._folder.glob(pattern):
                shutil.rmtree(left, ignore_errors=True)


def _read(place: Path, path: Path, number: int, category: str) -> Waiting:
    try:
        slip = Waiting.model_validate_json((place / _SLIP).read_bytes())
        if slip.category == category:
            return slip.model_copy(update={"number": number, "path": path})
    except (FileNotFoundError, ValidationError):
        pass
    seen = path.stat()
    kept_at = datetime.fromtimestamp(seen.st_mtime, tz=timezone.utc)
    anew = Waiting(number=number, path=path, category=category, sha256=sha256_of(path), size=seen.st_size, kept_at=kept_at)
    write_atomically(place / _SLIP, anew.model_dump_json().encode())
    return anew


def _copy(source: Path, target: Path) -> str:
    """Copy a file, durably; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as old, target.open("xb") as new:
        while piece := old.read(_PIECE):
            digest.update(piece)
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())
    return digest.hexdigest()
