"""Handing files in: one sender for each category, what waits first, every receipt checked and kept.

Where the portal does not answer, the file goes to the outbox, and whatever tool next finds the portal sends it. Nothing is sent
twice, wherever a process is killed: an upload's address is remembered until its receipt is kept and its place in the outbox is
cleared, and before an upload is opened from the outbox, the portal is asked whether it has a submission of these bytes that was
not there before.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from guildmark.client import receipts
from guildmark.client.kept import last_heard, this_machines_time
from guildmark.client.locks import Sent, Taken, note_sent, one_at_a_time, sent_lately
from guildmark.client.outbox import Outbox, Waiting
from guildmark.client.transport import API, Transport, parsed, raw_json
from guildmark.client.tus import Outgoing, Progress, Uploader
from guildmark.client.workspace import Workspace
from guildmark.errors import (
    AttemptClosed,
    GuildmarkError,
    KeptInOutbox,
    ModelRefused,
    OurFault,
    ReceiptInvalid,
    ServerUnreachable,
    SignInRequired,
)
from guildmark.i18n import _
from guildmark.protocol import AttemptState, CategoryState, Problem, PublicKey, SubmissionState

WaitingProgress = Callable[[Waiting, int, int], object]
Turn = Callable[[str], AbstractContextManager[None]]


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
        self._api = transport
        self._attempt = attempt
        self._workspace = workspace
        self._uploader = Uploader(transport, attempt, workspace.uploads)
        self.outbox = Outbox(workspace)

    def hand_in(self, outgoing: Outgoing, progress: Progress, *, held_up: Callable[[], object] = nobody) -> SubmissionState:
        """Send what waits, then `outgoing`; where another tool sends the same bytes just now, its submission is the answer.

        `held_up` is called if another tool has the turn in this category. Raises `KeptInOutbox` where the portal does not
        answer, and `ReceiptInvalid` where the receipt does not verify; the submission stands all the same.
        """
        category, seen = outgoing.category, self._noted(outgoing)
        others = self.send_waiting()
        with one_at_a_time(self._workspace, category, held_up=held_up):
            if isinstance(others.stopped_by, ServerUnreachable):
                raise self._kept(outgoing, seen) from others.stopped_by
            mine = self._emptied(self.outbox.waiting(category), unshown, _held)
            if isinstance(mine.stopped_by, ServerUnreachable):
                raise self._kept(outgoing, seen) from mine.stopped_by
            if new := self._noted(outgoing) - seen:
                return self._accepted(new.pop(), outgoing)
            try:
                state = self.send(outgoing, progress)
            except ServerUnreachable as error:
                raise self._kept(outgoing, seen) from error
            self.outbox.forget_refused(category)
            return state

    def keep_for_later(self, outgoing: Outgoing) -> ServerUnreachable:
        """Put a file into the outbox without a try, as nobody answers; what to raise."""
        with one_at_a_time(self._workspace, outgoing.category):
            return self._kept(outgoing, self._noted(outgoing))

    def send_waiting(self, progress: WaitingProgress = unshown) -> Emptied:
        """Send what waits in the outbox, in order. What the portal refuses for good stays there, with the reason.

        A category in which another tool sends is left to that. Raises nothing of the portal's: see `Emptied.stopped_by`.
        """
        return self._emptied(self.outbox.waiting(), progress, self._turn_at_once)

    def send(self, outgoing: Outgoing, progress: Progress) -> SubmissionState:
        """Send a file without looking at the outbox. Raises `ReceiptInvalid`; the submission stands all the same."""
        state = self._arrived(outgoing, progress)
        self._uploader.forget(outgoing.category)
        return state

    def _emptied(self, items: Iterable[Waiting], progress: WaitingProgress, turn: Turn) -> Emptied:
        sent: list[SubmissionState] = []
        refused: list[Waiting] = []
        stuck: dict[str, GuildmarkError | None] = {}
        for item in items:
            if item.category in stuck:
                continue
            try:
                with turn(item.category):
                    self._send_one(item, progress, sent, refused)
            except Taken:
                stuck[item.category] = None
            except (ServerUnreachable, SignInRequired) as error:
                return Emptied(tuple(sent), tuple(refused), error)
            except GuildmarkError as error:
                stuck[item.category] = error
            except OSError as error:
                stuck[item.category] = OurFault(str(error), code="system")
        return Emptied(tuple(sent), tuple(refused), next((error for error in stuck.values() if error is not None), None))

    def _send_one(self, item: Waiting, progress: WaitingProgress, sent: list[SubmissionState], refused: list[Waiting]) -> None:
        """Send one file of the outbox, while holding the lock of its category."""
        waiting = self.outbox.still(item)
        if waiting is None:
            return
        try:
            sent.append(self._sent_before(waiting) or self._arrived(waiting.outgoing, _of(waiting, progress)))
        except (AttemptClosed, ModelRefused) as error:
            problem = Problem(code=error.code, message=error.message, next_step=error.next_step)
            refused.append(self.outbox.refuse(waiting, problem))
            return
        except ReceiptInvalid:  # it stands, whatever its receipt says
            self._clear(waiting)
            raise
        self._clear(waiting)

    def _sent_before(self, item: Waiting) -> SubmissionState | None:
        """The submission of `item` that came of a try whose answer was lost; None where it is to be sent, or to go on."""
        if self._uploader.is_under_way(item.outgoing):
            return None
        found = tuple(self._submissions_of(item.outgoing))
        if item.before is None:
            self.outbox.note_before(item, found)
            return None
        new = [identifier for identifier in found if identifier not in item.before]
        return self._accepted(new[-1], item.outgoing) if new else None

    def _clear(self, item: Waiting) -> None:
        self.outbox.remove(item)  # first: a remembered upload without a place in the outbox does no harm, the reverse would
        self._uploader.forget(item.category)

    def _kept(self, outgoing: Outgoing, seen: set[str]) -> ServerUnreachable:
        """Put the file into the outbox, and say so."""
        server = self._api.server
        try:
            self.outbox.keep(outgoing, kept_at=this_machines_time(), before=self._known_of(outgoing, seen))
        except OSError as error:
            return ServerUnreachable(
                _("{server} did not answer, and the file cannot be kept here: {reason}.").format(
                    server=server, reason=error.strerror or error
                ),
                next_step=_("Your file is where it was, and not submitted. Submit it again when the portal answers."),
            )
        if self._uploader.is_under_way(outgoing):
            said = _(
                "{server} stopped answering while {name} was being sent. The file is kept here, and the rest of it goes on its "
                "way when the portal answers: it counts if it arrives soon enough."
            )
        else:
            said = _(
                "{server} did not answer. {name} is kept here and is not submitted yet: it counts from the moment that the "
                "portal answers, not before."
            )
        return KeptInOutbox(said.format(server=server, name=outgoing.path.name))

    def _known_of(self, outgoing: Outgoing, seen: set[str]) -> tuple[str, ...] | None:
        """The submissions of these bytes before this try, as far as this folder knows; None where it does not."""
        last = last_heard(self._workspace)
        if last is None:
            return None
        return tuple(sorted(seen.union(_of_bytes(last.state.categories, outgoing))))

    def _noted(self, outgoing: Outgoing) -> set[str]:
        """The submissions of these bytes that this folder knows to have sent."""
        noted = sent_lately(self._workspace, outgoing.category)
        return {one.submission for one in noted if one.sha256 == outgoing.sha256}

    def _arrived(self, outgoing: Outgoing, progress: Progress) -> SubmissionState:
        identifier = self._uploader.send(outgoing, progress) or self._newest(outgoing)
        note_sent(self._workspace, outgoing.category, Sent(sha256=outgoing.sha256, submission=identifier))
        return self._accepted(identifier, outgoing)

    def _accepted(self, identifier: str, outgoing: Outgoing) -> SubmissionState:
        response = self._api.request("GET", f"{API}/submissions/{identifier}")
        state, document = parsed(response, SubmissionState), raw_json(response)["receipt"]
        receipts.keep(document, self._workspace.receipts, submission=state.id)
        keys = self._api.get("/keys", tuple[PublicKey, ...])
        receipts.keep_keys(keys, self._workspace.hidden)
        receipt = receipts.verified(document, keys, attempt=self._attempt, category=outgoing.category, sha256=outgoing.sha256)
        if (receipt.submission, receipt.size) != (identifier, outgoing.size):
            raise ReceiptInvalid
        return state

    def _newest(self, outgoing: Outgoing) -> str:
        for identifier in self._submissions_of(outgoing):
            return identifier
        raise OurFault(_("The portal took the file and does not list it."))

    def _submissions_of(self, outgoing: Outgoing) -> Iterable[str]:
        return _of_bytes(self._api.get(f"/attempts/{self._attempt}", AttemptState).categories, outgoing)

    def _turn_at_once(self, category: str) -> AbstractContextManager[None]:
        return one_at_a_time(self._workspace, category, patient=False)


def _held(_category: str) -> AbstractContextManager[None]:
    """The lock is held already."""
    return nullcontext()


def _of(item: Waiting, progress: WaitingProgress) -> Progress:
    def report(done: int, total: int) -> None:
        progress(item, done, total)

    return report


def _of_bytes(categories: Iterable[CategoryState], outgoing: Outgoing) -> Iterable[str]:
    """The submissions of this very file in its category, the newest first."""
    for category in categories:
        if category.id == outgoing.category:
            yield from (one.id for one in category.submissions if one.sha256 == outgoing.sha256)
