"""Handing files in: each is put into the outbox first, then opened and sent from there, and cleared away with its receipt.

What counts is the instant at which the portal opens an upload, so everything that can be opened is opened before the first byte
goes: the file that is handed in now, and the first that waits in every other category. (In a category one upload is open at a
time, so its files go one after the other; see `order`.) One tool sends in a category; what it leaves behind when it is closed,
killed, signed out or cut off, any other tool goes on with. One that sends an older file breaks off for a newer one that would
else miss the deadline.

Nothing is sent twice, wherever a process is killed: an upload's address is remembered until its receipt is kept and its place
in the outbox is cleared, and before an upload is opened a second time, the portal is asked whether it has a submission of these
bytes that was not there before.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guildmark.client.disk import not_written
from guildmark.client.kept import this_machines_time
from guildmark.client.locks import Taken, Turn, one_at_a_time
from guildmark.client.one_upload import OneUpload
from guildmark.client.order import Order
from guildmark.client.outbox import Kept, Outbox, Waiting
from guildmark.client.pauses import Pauses
from guildmark.client.progress import WaitingProgress, nobody, of, quiet, silent, unshown
from guildmark.client.received import Received
from guildmark.client.still_here import behind_another_tool, holds_up, is_for_good, kept_here, problem_of, refusal_of
from guildmark.client.transport import Transport
from guildmark.client.tus import Progress, Uploader
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError, ReceiptInvalid, ServerUnreachable, SignInRequired
from guildmark.protocol import AttemptState, SubmissionState

_ANSWERS_WITHIN_S: Final = 10.0


@dataclass(frozen=True)
class Emptied:
    """What became of what waited in the outbox. `stopped_by` is why something waits still, if not for another tool."""

    sent: tuple[SubmissionState, ...] = ()
    refused: tuple[Waiting, ...] = ()
    stopped_by: GuildmarkError | None = None


class _GivesWay(Exception):
    """What is being sent breaks off for something newer in its category, which would else miss the deadline."""


@dataclass
class _Round:
    """One go through what waits: what became of it, the tickets of what was tried, the categories in which nothing more is."""

    sent: list[SubmissionState] = field(default_factory=list)
    refused: list[Waiting] = field(default_factory=list)
    errors: list[GuildmarkError] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)

    def stopped(self, by: GuildmarkError | None) -> Emptied:
        return Emptied(tuple(self.sent), tuple(self.refused), by)


class Sender:
    """Sends files to one attempt, from its exam folder."""

    def __init__(self, transport: Transport, attempt: str, workspace: Workspace) -> None:
        self._server = transport.server
        self._workspace = workspace
        self._transport = transport
        self._attempt = attempt
        self._uploader = Uploader(transport, attempt, workspace.uploads)
        self._received = Received(transport, attempt, workspace)
        self.outbox = Outbox(workspace)
        self._order = Order(workspace, self.outbox)
        self._one = OneUpload(self._uploader, self._received, self.outbox)

    def hand_in(
        self, file: Path, category: str, progress: Progress, *, held_up: Callable[[], object] = nobody
    ) -> SubmissionState:
        """Keep `file`, open its upload and the first of each category that waits, and send it, after what waits in `category`.

        Where another tool sends the same bytes just now, its submission is the answer. `held_up` is called if another tool has
        the turn in this category. Raises `KeptInOutbox` or `SignInRequired` where the file waits here now, what the portal
        refuses for good, `UsageError` where there is no room for a copy, and `ReceiptInvalid` where the receipt does not
        verify; the submission stands all the same. No error of `progress` stops anything.
        """
        seen = {one.submission for one in self._received.noted(category)}
        with suppress(Taken), self._turn(category, patient=False) as turn:
            return self._in_turn(self._keep(file, category, turn.beat), turn, progress, seen)
        kept = self._keep(file, category)
        try:
            with self._turn(category, held_up=held_up) as turn:
                return self._in_turn(kept, turn, progress, seen)
        except Taken as taken:
            raise behind_another_tool(kept.item.path.name, taken.holder) from None

    def keep_for_later(self, file: Path, category: str) -> GuildmarkError:
        """Put `file` into the outbox without a try, as nobody answers; what to raise."""
        item = self._keep(file, category).item
        return kept_here(item.path.name, self._server, ServerUnreachable(), is_under_way=self._is_under_way(item))

    def send_waiting(
        self,
        progress: WaitingProgress = unshown,
        *,
        patient: bool = False,
        held_up: Callable[[], object] = nobody,
        pauses: Pauses | None = None,
    ) -> Emptied:
        """Send what waits in the outbox, in order. What the portal refuses for good stays there, with the reason.

        A category in which another tool sends is left to that; if `patient`, it is waited for while it gets on, and `held_up`
        is called. What failed lately waits as long as `pauses` says. Raises nothing of the portal's: see `Emptied.stopped_by`;
        an error of `progress` stops it.
        """
        rests, now = pauses or Pauses(), _Round()
        awake = [one for one in self.outbox.waiting() if rests.why(one.ticket) is None]
        if len({one.category for one in awake}) > 1:
            self._open_first(awake)
        while (item := self._next(now)) is not None:
            error = rests.why(item.ticket)
            try:
                if error is None:
                    with self._turn(item.category, patient=patient, held_up=held_up) as turn:
                        self._send_one(item, turn, of(item, progress), now)
            except _GivesWay:
                continue
            except Taken:
                now.held.add(item.category)
            except GuildmarkError as caught:
                if isinstance(caught, SignInRequired) or self._is_gone(caught, item, now):
                    return now.stopped(caught)
                rests.failed(item.ticket, error := caught)
            now.tried.add(item.ticket)
            if error is not None:
                now.errors.append(error)
                now.held.update([item.category] if holds_up(error) else [])
        return now.stopped(next(iter(now.errors), None) or self.outbox.unreadable())

    def _next(self, now: _Round) -> Waiting | None:
        """What is to be sent next, of whatever came into the outbox until now."""
        left = (one for one in self.outbox.waiting() if one.ticket not in now.tried and one.category not in now.held)
        return next(iter(self._order.firsts(left)), None)

    def _is_gone(self, error: GuildmarkError, item: Waiting, now: _Round) -> bool:
        """Whether `error` at `item` says that nothing passes; a line may also let one file not pass, and all others."""
        if not isinstance(error, ServerUnreachable):
            return False
        if {one.category for one in self.outbox.waiting()} <= {item.category, *now.held}:
            return True
        try:
            self._transport.get_once(f"/attempts/{self._attempt}", AttemptState, timeout_s=_ANSWERS_WITHIN_S)
        except GuildmarkError as also:
            return isinstance(also, ServerUnreachable)
        return False

    def _keep(self, file: Path, category: str, beat: Callable[[], object] = nobody) -> Kept:
        """The place of `file` in the outbox. Raises `UsageError` where it cannot be made."""

        def known(sha256: str) -> tuple[str, ...] | None:
            return self._received.known_of(category, sha256)

        with _in_words():
            return self.outbox.keep(file, category, kept_at=this_machines_time(), known=known, beat=beat)

    def _in_turn(self, kept: Kept, turn: Turn, progress: Progress, seen: set[str]) -> SubmissionState:
        """Send what was handed in, while holding the lock of its category."""
        item = kept.item
        turn.works_on(item.ticket)
        try:
            with _in_words():
                if done := self._done_meanwhile(kept, seen):
                    return done
                refused_before = [one for one in self.outbox.refused() if one.category == item.category]
                state = self._send_in_order(kept, turn, quiet(progress))
        except ReceiptInvalid:
            raise
        except GuildmarkError as error:
            self._failed(item, error)
            if is_for_good(error):
                raise
            raise kept_here(item.path.name, self._server, error, is_under_way=self._is_under_way(item)) from error
        for one in refused_before:
            self.outbox.remove(one)
        return state

    def _send_in_order(self, kept: Kept, turn: Turn, progress: Progress) -> SubmissionState:
        """Send what was handed in, after what goes before it in its category."""
        item, now = kept.item, _Round()
        opened = None if self._order.before(item, now.tried) else self._one.open(item, is_fresh=kept.is_new)
        self._open_first(one for one in self.outbox.waiting() if one.category != item.category)
        while True:
            with suppress(_GivesWay):
                while before := self._order.before(item, now.tried):
                    self._send_other(before[0], turn, now)
                if (still := self.outbox.still(item)) and still.refused is not None:
                    raise refusal_of(still.refused)  # something newer went before it, and the last one counts
                turn.works_on(item.ticket)
                reports = self._beating(item, turn, progress, now)
                first, opened = opened, None
                return self._one.send(item, reports, is_fresh=kept.is_new, opened=first)

    def _send_other(self, item: Waiting, turn: Turn, now: _Round) -> None:
        """Send what goes before; what fails for a reason of its own holds nothing up."""
        try:
            self._send_one(item, turn, silent, now)
        except GuildmarkError as error:
            if holds_up(error):
                raise
        now.tried.add(item.ticket)

    def _done_meanwhile(self, kept: Kept, seen: set[str]) -> SubmissionState | None:
        """The submission of the same bytes that another tool sent since they were handed in here. Raises what was refused."""
        item = kept.item
        now = self.outbox.still(item)
        if now is None:
            return self._received.accepted(self._received.of_ticket(item) or self._received.newest(item), item)
        if now.refused is not None:
            raise refusal_of(now.refused)
        for one in self._received.noted(item.category):
            if one.sha256 == item.sha256 and one.submission not in seen and one.ticket not in kept.others:
                self.outbox.remove(item)
                return self._received.accepted(one.submission, item)
        return None

    def _open_first(self, items: Iterable[Waiting]) -> None:
        """Open the first of `items` in each category: what cannot be opened says so when it is sent."""
        with suppress(ServerUnreachable, SignInRequired):
            for item in self._order.firsts(items):
                self._open_now(item)

    def _open_now(self, item: Waiting) -> None:
        try:
            with self._turn(item.category, patient=False):
                now = self.outbox.still(item)
                if now is not None and now.refused is None:
                    self._one.open(now, is_fresh=False)
        except (ServerUnreachable, SignInRequired):
            raise
        except (Taken, GuildmarkError, OSError):
            return

    def _send_one(self, item: Waiting, turn: Turn, progress: Progress, now: _Round) -> None:
        """Send one file of the outbox, while holding the lock of its category."""
        found = self.outbox.still(item)
        if found is None or found.refused is not None:
            return
        older = {one.ticket for one in self.outbox.waiting(found.category) if one.number < found.number}
        turn.works_on(found.ticket)
        try:
            with _in_words():
                now.sent.append(self._one.send(found, self._beating(found, turn, progress, now), is_fresh=False))
        except ReceiptInvalid:
            raise
        except GuildmarkError as error:
            noted = self._failed(found, error)
            if not is_for_good(error):
                raise
            now.refused.append(noted)
        else:
            now.refused.extend(one for one in self.outbox.refused() if one.ticket in older)

    def _failed(self, item: Waiting, error: GuildmarkError) -> Waiting:
        """Write down why `item` was not sent; for good, where the portal says so."""
        now = self.outbox.still(item)
        if now is None:
            return item
        what = "refused" if is_for_good(error) else "problem"
        return self.outbox.note(now, **{what: problem_of(error)})

    def _is_under_way(self, item: Waiting) -> bool:
        return self._uploader.is_under_way(item.outgoing)

    def _beating(self, item: Waiting, turn: Turn, progress: Progress, now: _Round) -> Progress:
        """`progress`, and those who wait for the turn see that it gets on. Raises `_GivesWay` for what cannot wait."""

        def report(done: int, total: int) -> None:
            turn.beat()
            if done < total and self._order.is_in_the_way(item, total - done, now.tried):
                raise _GivesWay
            progress(done, total)

        return report

    def _turn(
        self, category: str, *, patient: bool = True, held_up: Callable[[], object] = nobody
    ) -> AbstractContextManager[Turn]:
        return one_at_a_time(self._workspace, category, patient=patient, held_up=held_up)


@contextmanager
def _in_words() -> Iterator[None]:
    """What goes wrong with a file of ours is one of our errors."""
    try:
        yield
    except OSError as error:
        raise not_written(error) from error
