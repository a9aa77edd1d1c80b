"""Handing files in: each is put into the outbox first, then opened and sent from there, and cleared away with its receipt.

What counts is the instant at which the portal opens an upload, so everything that can be opened is opened before the first byte
goes: the file that is handed in now, and the first that waits in every other category. (In a category one upload is open at a
time, so its files go one after the other, as they were handed in.) One tool sends in a category; what it leaves behind when it
is closed, killed, signed out or cut off, any other tool goes on with.

Nothing is sent twice, wherever a process is killed: an upload's address is remembered until its receipt is kept and its place
in the outbox is cleared, and before an upload is opened a second time, the portal is asked whether it has a submission of these
bytes that was not there before.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from guildmark.client.disk import not_written
from guildmark.client.kept import this_machines_time
from guildmark.client.locks import Taken, Turn, one_at_a_time
from guildmark.client.one_upload import OneUpload
from guildmark.client.outbox import Kept, Outbox, Waiting
from guildmark.client.pauses import Pauses
from guildmark.client.received import Received
from guildmark.client.still_here import behind_another_tool, holds_up, is_for_good, kept_here, problem_of, refusal_of
from guildmark.client.transport import Transport
from guildmark.client.tus import Progress, Uploader
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError, ReceiptInvalid, ServerUnreachable, SignInRequired
from guildmark.protocol import SubmissionState

WaitingProgress = Callable[[Waiting, int, int], object]


def nobody() -> None:
    """Nobody is told."""


def unshown(_item: Waiting, _done: int, _total: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Emptied:
    """What became of what waited in the outbox. `stopped_by` is why something waits still, if not for another tool."""

    sent: tuple[SubmissionState, ...] = ()
    refused: tuple[Waiting, ...] = ()
    stopped_by: GuildmarkError | None = None


class Sender:
    """Sends files to one attempt, from its exam folder."""

    def __init__(self, transport: Transport, attempt: str, workspace: Workspace) -> None:
        self._server = transport.server
        self._workspace = workspace
        self._uploader = Uploader(transport, attempt, workspace.uploads)
        self._received = Received(transport, attempt, workspace)
        self.outbox = Outbox(workspace)
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
            return self._in_turn(self._keep(file, category), turn, progress, seen)
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
        self, progress: WaitingProgress = unshown, *, patient: bool = False, pauses: Pauses | None = None
    ) -> Emptied:
        """Send what waits in the outbox, in order. What the portal refuses for good stays there, with the reason.

        A category in which another tool sends is left to that; if `patient`, it is waited for while it gets on. What failed
        lately waits as long as `pauses` says. Raises nothing of the portal's: see `Emptied.stopped_by`; an error of `progress`
        stops it.
        """
        rests, items = pauses or Pauses(), self.outbox.waiting()
        awake = [one for one in items if rests.why(one.ticket) is None]
        if len({one.category for one in awake}) > 1:
            self._open_first(awake)
        sent: list[SubmissionState] = []
        refused: list[Waiting] = []
        errors: list[GuildmarkError] = []
        held: set[str] = set()
        for item in items:
            if item.category in held:
                continue
            error = rests.why(item.ticket)
            try:
                if error is None:
                    with self._turn(item.category, patient=patient) as turn:
                        self._send_one(item, turn, _of(item, progress), sent, refused)
            except Taken:
                held.add(item.category)
            except (ServerUnreachable, SignInRequired) as none:
                return Emptied(tuple(sent), tuple(refused), none)
            except GuildmarkError as caught:
                rests.failed(item.ticket, error := caught)
            if error is not None:
                errors.append(error)
                held.update([item.category] if holds_up(error) else [])
        return Emptied(tuple(sent), tuple(refused), next(iter(errors), None))

    def _keep(self, file: Path, category: str) -> Kept:
        """The place of `file` in the outbox. Raises `UsageError` where it cannot be made."""
        try:
            return self.outbox.keep(
                file, category, kept_at=this_machines_time(), known=lambda sha256: self._received.known_of(category, sha256)
            )
        except OSError as error:
            raise not_written(error) from error

    def _in_turn(self, kept: Kept, turn: Turn, progress: Progress, seen: set[str]) -> SubmissionState:
        """Send what was handed in, while holding the lock of its category."""
        item = kept.item
        turn.works_on(item.ticket)
        try:
            if done := self._done_meanwhile(kept, seen):
                return done
            refused_before = [one for one in self.outbox.refused() if one.category == item.category]
            earlier = [one for one in self.outbox.waiting(item.category) if one.number < item.number]
            opened = None if earlier else self._one.open(item, is_fresh=kept.is_new)
            self._open_first(one for one in self.outbox.waiting() if one.category != item.category)
            for one in earlier:
                self._send_earlier(one, turn)
            turn.works_on(item.ticket)
            state = self._one.send(item, _beating(turn, _quiet(progress)), is_fresh=kept.is_new, opened=opened)
        except ReceiptInvalid:
            raise
        except (GuildmarkError, OSError) as caught:
            error = caught if isinstance(caught, GuildmarkError) else not_written(caught)
            self._failed(item, error)
            if is_for_good(error):
                raise error from caught
            raise kept_here(item.path.name, self._server, error, is_under_way=self._is_under_way(item)) from caught
        for one in refused_before:
            self.outbox.remove(one)
        return state

    def _send_earlier(self, item: Waiting, turn: Turn) -> None:
        """Send what was handed in before; what fails for a reason of its own holds nothing up."""
        try:
            self._send_one(item, turn, _silent, [], [])
        except GuildmarkError as error:
            if holds_up(error):
                raise

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
        first = {one.category: one for one in reversed(tuple(items))}
        with suppress(ServerUnreachable, SignInRequired):
            for item in sorted(first.values(), key=lambda one: one.number):
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

    def _send_one(
        self, item: Waiting, turn: Turn, progress: Progress, sent: list[SubmissionState], refused: list[Waiting]
    ) -> None:
        """Send one file of the outbox, while holding the lock of its category."""
        now = self.outbox.still(item)
        if now is None or now.refused is not None:
            return
        turn.works_on(now.ticket)
        try:
            sent.append(self._one.send(now, _beating(turn, progress), is_fresh=False))
        except ReceiptInvalid:
            raise
        except (GuildmarkError, OSError) as caught:
            error = caught if isinstance(caught, GuildmarkError) else not_written(caught)
            noted = self._failed(now, error)
            if not is_for_good(error):
                raise error from caught
            refused.append(noted)

    def _failed(self, item: Waiting, error: GuildmarkError) -> Waiting:
        """Write down why `item` was not sent; for good, where the portal says so."""
        now = self.outbox.still(item)
        if now is None:
            return item
        what = "refused" if is_for_good(error) else "problem"
        with suppress(OSError):
            return self.outbox.note(now, **{what: problem_of(error)})
        return now

    def _is_under_way(self, item: Waiting) -> bool:
        return self._uploader.is_under_way(item.outgoing)

    def _turn(
        self, category: str, *, patient: bool = True, held_up: Callable[[], object] = nobody
    ) -> AbstractContextManager[Turn]:
        return one_at_a_time(self._workspace, category, patient=patient, held_up=held_up)


def _silent(_done: int, _total: int) -> None:
    """No progress is shown."""


def _of(item: Waiting, progress: WaitingProgress) -> Progress:
    def report(done: int, total: int) -> None:
        progress(item, done, total)

    return report


def _quiet(progress: Progress) -> Progress:
    """`progress`, whose errors stop no file: a window that is gone cannot show anything any more."""

    def report(done: int, total: int) -> None:
        with suppress(Exception):
            progress(done, total)

    return report


def _beating(turn: Turn, progress: Progress) -> Progress:
    """`progress`, and those who wait for the turn see that it gets on."""

    def report(done: int, total: int) -> None:
        turn.beat()
        progress(done, total)

    return report
