"""What was handed in and is not received yet: copies of the files, in order, until the portal has them.

    .guildmark/outbox/000001-category3/slip.json         what it is, and how far it came
    .guildmark/outbox/000001-category3/file/mymodel.keras

Every file that is handed in goes in here first and is sent from here, so that nothing is lost with the tool, the connection or
the sign-in, or when a training saves over the file meanwhile. A place in the outbox is made under another name and renamed when
it is whole, and renamed again before it is cleared away, so that a process that is killed leaves a whole place or none. Its
folder's name tells the order and the category: a broken slip is written anew from that and from the file.

A file in here is not submitted: it counts from the moment the portal opens its upload. `sending` sends what waits, each place
under the lock of its category.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from guildmark.client.copying import clear_away, copy_durably, keep_names
from guildmark.client.files import sha256_of, write_atomically
from guildmark.client.locks import Holder, Taken, holder_of, new_ticket, one_at_a_time
from guildmark.client.tus import Outgoing
from guildmark.client.workspace import Workspace
from guildmark.packs.names import fitting_name
from guildmark.protocol import CategoryId, Problem, Sha256

_PLACE = re.compile(r"^(\d{6,})-(category[1-9][0-9]?)$")
_SLIP = "slip.json"
_LOCK = "outbox"
_SAME_ACT_S: Final = 10.0
_NUMBERS: Final = 1000
Known = Callable[[str], tuple[str, ...] | None]


class Behind(BaseModel):
    """An upload that another device opened in the category, and how far it was when we looked: it goes first."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    upload: str
    offset: int
    seen_at: AwareDatetime


class Waiting(BaseModel):
    """A file in the outbox: `path` is the copy, `size` in bytes, `kept_at` by this machine's clock, `by` which process.

    `before` are the submissions of these very bytes that the category had when it was kept; None: that is not known yet. One
    that is new among them is this file's, which was sent although no answer came. `problem` is why the last try came to
    nothing; `refused` is why the portal does not take it at all.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = Field(default=0, exclude=True)
    path: Path = Field(default=Path(), exclude=True)
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

    @property
    def outgoing(self) -> Outgoing:
        """The copy, to be sent."""
        return Outgoing(self.path, self.category, self.sha256, self.size)

    @property
    def place(self) -> Path:
        """Its folder in the outbox."""
        return self.path.parent.parent


@dataclass(frozen=True)
class Kept:
    """A place in the outbox; not `is_new` where these very bytes waited there already. `others` waited in its category."""

    item: Waiting
    is_new: bool
    others: frozenset[str] = frozenset()


class Outbox:
    """The outbox of an exam folder. Read at every look, as other tools put files in and send them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.hidden / "outbox"

    def keep(self, file: Path, category: str, *, kept_at: datetime, known: Known) -> Kept:
        """Copy `file` in, behind what waits already; the same bytes as the last of their category wait there once.

        `known` tells the submissions of bytes of a digest that there are. Raises `UsageError` where there is no room, `OSError`
        where nothing can be written, and `Refused` where the file is just being saved.
        """
        with self._alone() as beat:
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                self._folder.chmod(0o700)
            draft = self._folder / f"draft-{uuid.uuid4().hex}"
            try:
                (draft / "file").mkdir(parents=True)
                path = draft / "file" / fitting_name(file.name)
                copied = copy_durably(file, path, beat=beat)
                if twin := self._twin(category, copied.sha256, kept_at):
                    return Kept(twin, is_new=False)
                item = Waiting(
                    category=category,
                    sha256=copied.sha256,
                    size=copied.size,
                    kept_at=kept_at,
                    ticket=new_ticket(),
                    by=Holder.here(),
                    before=known(copied.sha256),
                )
                write_atomically(draft / _SLIP, item.model_dump_json().encode(), private=True)
                others = frozenset(one.ticket for one in self.waiting(category))
                return Kept(self._put(draft, path.name, item), is_new=True, others=others)
            finally:
                clear_away(draft)

    def waiting(self, category: str | None = None) -> tuple[Waiting, ...]:
        """What is to be sent or is being sent (in `category`), the first first."""
        return tuple(one for one in self._all() if one.refused is None and category in (None, one.category))

    def resting(self) -> tuple[Waiting, ...]:
        """What waits, without what some tool is sending at this moment."""
        return tuple(one for one in self.waiting() if not self.is_being_sent(one))

    def is_being_sent(self, item: Waiting) -> bool:
        """Whether some tool is at work on `item` at this moment, as far as it says so."""
        holder = holder_of(self._workspace, item.category)
        return holder is not None and holder.doing == item.ticket != ""

    def refused(self) -> tuple[Waiting, ...]:
        """What the portal does not take; it stays until something newer of its category is handed in."""
        return tuple(one for one in self._all() if one.refused is not None)

    def still(self, item: Waiting) -> Waiting | None:
        """`item` as it is now, refused or not; None where another tool has sent it."""
        return next(
            (one for one in self._all() if (one.category, one.number, one.sha256) == (item.category, item.number, item.sha256)),
            None,
        )

    def note(self, item: Waiting, **what: object) -> Waiting:
        """Write down what became known of `item`: `before`, `behind`, `problem` or `refused`."""
        new = item.model_copy(update=what)
        if new != item:
            write_atomically(item.place / _SLIP, new.model_dump_json().encode(), private=True)
        return new

    def remove(self, item: Waiting) -> None:
        """The portal has it, or nobody wants it any more."""
        done = self._folder / f"done-{uuid.uuid4().hex}"
        with suppress(FileNotFoundError):
            item.place.rename(done)
        clear_away(done)

    def forget_refused(self, category: str) -> None:
        """Drop what was refused in `category`."""
        for one in self.refused():
            if one.category == category:
                self.remove(one)

    @contextmanager
    def _alone(self) -> Iterator[Callable[[], object]]:
        """One tool puts a file in at a time. One that stands still with the lock holds up no file: a name is taken once."""
        with ExitStack() as stack:
            try:
                turn = stack.enter_context(one_at_a_time(self._workspace, _LOCK))
            except Taken:
                yield bool
                return
            self._clear_away()
            yield turn.beat

    def _twin(self, category: str, sha256: str, kept_at: datetime) -> Waiting | None:
        """What waits with these bytes, if it is the last of its category, or was kept in the same moment by another tool."""
        mine = self.waiting(category)
        for one in reversed(mine):
            is_now = abs((kept_at - one.kept_at).total_seconds()) < _SAME_ACT_S
            if one.sha256 == sha256 and (is_now or one == mine[-1]):
                return one
        return None

    def _put(self, draft: Path, name: str, item: Waiting) -> Waiting:
        number = 1 + max((number for number, _category, _place in self._places()), default=0)
        for free in range(number, number + _NUMBERS):
            place = self._folder / f"{free:06}-{item.category}"
            if place.exists():
                continue
            draft.rename(place)
            keep_names(self._folder)
            return item.model_copy(update={"number": free, "path": place / "file" / name})
        raise FileExistsError(self._folder)

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
                clear_away(left)


def _read(place: Path, path: Path, number: int, category: str) -> Waiting:
    try:
        slip = Waiting.model_validate_json((place / _SLIP).read_bytes())
        if slip.category == category:
            return slip.model_copy(update={"number": number, "path": path})
    except (FileNotFoundError, ValidationError):
        pass
    seen = path.stat()
    kept_at = datetime.fromtimestamp(seen.st_mtime, tz=timezone.utc)
    anew = Waiting(
        number=number,
        path=path,
        category=category,
        sha256=sha256_of(path),
        size=seen.st_size,
        kept_at=kept_at,
        ticket=new_ticket(),
    )
    write_atomically(place / _SLIP, anew.model_dump_json().encode(), private=True)
    return anew
