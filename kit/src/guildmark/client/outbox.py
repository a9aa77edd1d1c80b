"""What was handed in and is not received yet: copies of the files, in order, until the portal has them.

    .guildmark/outbox/000001-category3/slip.json         what it is, and how far it came
    .guildmark/outbox/000001-category3/file/mymodel.keras

Every file that is handed in goes in here first and is sent from here, so that nothing is lost with the tool, the connection or
the sign-in, or when a training saves over the file meanwhile. A place in the outbox is made under another name (see `drafts`)
and renamed when it is whole, and renamed again before it is cleared away, so that a process that is killed leaves a whole place
or none. Its folder's name tells the order and the category: a slip that is broken, or that found no room on the disk, is made
anew from that and from the file. Files are copied side by side; only the putting in goes one at a time.

A file in here is not submitted: it counts from the moment the portal opens its upload. `sending` sends what waits, each place
under the lock of its category.
"""

import errno
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from guildmark.client.copying import clear_away, copy_durably, file_changed, keep_names
from guildmark.client.disk import is_full, unseen
from guildmark.client.drafts import Draft, beating, drafts, make_draft
from guildmark.client.locks import Holder, Taken, holder_of, new_ticket, one_at_a_time
from guildmark.client.places import Waiting, read_place, write_slip, written_name
from guildmark.client.workspace import Workspace
from guildmark.errors import StillWaiting
from guildmark.packs.names import fitting_name

__all__ = ["Kept", "Outbox", "Waiting"]

_PLACE = re.compile(r"^(\d{6,})-(category[1-9][0-9]?)$")
_LOCK = "outbox"
_SAME_ACT_S: Final = 10.0
_NUMBERS: Final = 1000
_MOVES: Final = 10
_MOVE_AGAIN_S: Final = 0.1
Known = Callable[[str], tuple[str, ...] | None]


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

    def keep(self, file: Path, category: str, *, kept_at: datetime, known: Known, beat: Callable[[], object] = bool) -> Kept:
        """Copy `file` in, behind what waits already; the same bytes as the last of their category wait there once.

        `known` tells the submissions of bytes of a digest that there are; `beat` is called while the copy gets on. Raises
        `UsageError` where there is no room, `OSError` where nothing can be written, and `Refused` where the file is just being
        saved or cannot be read.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            self._folder.chmod(0o700)
        self._clear_away()
        draft = make_draft(self._folder, self._next_number(), category)
        try:
            path = draft.path / "file" / fitting_name(file.name)
            copied = copy_durably(file, path, beat=beating(draft, beat))
            with self.alone():
                if twin := self._twin(category, copied.sha256, kept_at):
                    return Kept(twin, is_new=False)
                item = Waiting(
                    name=written_name(path),
                    category=category,
                    sha256=copied.sha256,
                    size=copied.size,
                    kept_at=kept_at,
                    ticket=new_ticket(),
                    by=Holder.here(),
                    before=known(copied.sha256),
                )
                try:
                    write_slip(draft.path, item)
                except OSError as error:
                    if not is_full(error):
                        raise
                others = frozenset(one.ticket for one in self.waiting(category))
                return Kept(self._put(draft, item), is_new=True, others=others)
        finally:
            self._drop(draft.path)

    @contextmanager
    def alone(self, *, silence_s: float | None = None) -> Iterator[Callable[[], object]]:
        """Nobody else puts a file in meanwhile. One that has the lock and stands still for `silence_s` holds up no file."""
        with ExitStack() as stack:
            try:
                turn = stack.enter_context(one_at_a_time(self._workspace, _LOCK, silence_s=silence_s))
            except Taken:
                yield bool
            else:
                yield turn.beat

    def drafts(self) -> tuple[Draft, ...]:
        """What is being copied in at this moment, by whatever process: it is handed in, and is neither here nor sent yet."""
        return tuple(one for one in drafts(self._folder) if one.category and one.is_alive)

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
        return next((one for one in self._all() if one.is_same(item)), None)

    def note(self, item: Waiting, **what: object) -> Waiting:
        """Write down what became known of `item`: `before`, `behind`, `problem` or `refused`; on a full disk it is not kept."""
        new = item.model_copy(update=what)
        if new != item:
            with suppress(OSError):
                write_slip(item.place, new)
        return new

    def remove(self, item: Waiting) -> None:
        """The portal has it, or nobody wants it any more. What cannot be cleared away now stays, and is not sent twice."""
        if self.still(item) is not None:
            self._drop(item.place)

    def _twin(self, category: str, sha256: str, kept_at: datetime) -> Waiting | None:
        """What waits with these bytes, if it is the last of its category, or was kept in the same moment by another tool."""
        mine = self.waiting(category)
        for one in reversed(mine):
            is_now = abs((kept_at - one.kept_at).total_seconds()) < _SAME_ACT_S
            if one.sha256 == sha256 and (is_now or one == mine[-1]):
                return one
        return None

    def _next_number(self) -> int:
        taken = [number for number, _category, _place in self._places()]
        return 1 + max([*taken, *(one.number for one in drafts(self._folder))], default=0)

    def _put(self, draft: Draft, item: Waiting) -> Waiting:
        """Make the place of `draft` one that waits. Raises `Refused` where the copy is not there, or is not whole any more."""
        for number in range(draft.number, draft.number + _NUMBERS):
            place = self._folder / f"{number:06}-{item.category}"
            if place.exists():
                continue
            try:
                _move(draft.path, place)
            except OSError:
                if not place.exists():
                    raise
                continue
            keep_names(self._folder)
            kept = read_place(place, number, item.category)
            if kept is not None and kept.path.is_file() and kept.path.stat().st_size == item.size:
                return kept
            self._drop(place)
            raise file_changed(place)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._folder))

    def _drop(self, place: Path) -> None:
        """Clear a place away, or a draft: nobody sees a half of it."""
        done = self._folder / f"done-{uuid.uuid4().hex}"
        with suppress(OSError):
            _move(place, done)
        clear_away(done)

    def unreadable(self) -> StillWaiting | None:
        """Why what waits cannot be seen, as where another user handed it in; None where all of it can."""
        try:
            for _number, _category, place in self._listed():
                with suppress(FileNotFoundError):  # sent by another tool while we look
                    next(place.iterdir(), None)
        except FileNotFoundError:  # there is no outbox
            return None
        except OSError as error:
            return unseen(self._folder, error)
        return None

    def _places(self) -> list[tuple[int, str, Path]]:
        try:
            return self._listed()
        except OSError:  # there is no outbox, or `unreadable` says why
            return []

    def _listed(self) -> list[tuple[int, str, Path]]:
        names = sorted(self._folder.iterdir())
        return sorted((int(found[1]), found[2], place) for place in names if (found := _PLACE.match(place.name)))

    def _all(self) -> Iterator[Waiting]:
        for number, category, place in self._places():
            with suppress(OSError):  # sent by another tool while we look
                if found := read_place(place, number, category):
                    yield found

    def _clear_away(self) -> None:
        """What a killed process left of a place that was not whole yet, or no longer."""
        for draft in drafts(self._folder):
            if draft.is_left:
                clear_away(draft.path)
        for left in self._folder.glob("done-*"):
            clear_away(left)


def _move(old: Path, new: Path) -> None:
    """Rename a folder. On Windows that fails while somebody reads a file in it, as virus scanners do for a moment."""
    for _ in range(_MOVES):
        try:
            old.rename(new)
        except PermissionError:  # noqa: PERF203  # what the loop is for
            time.sleep(_MOVE_AGAIN_S)
        else:
            return
    old.rename(new)
