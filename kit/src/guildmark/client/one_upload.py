"""One file's way from the outbox to its receipt, while its category's lock is held: opened, filled, taken, cleared away.

Two devices that hand in in one category could go on for ever taking each other's place, since the portal keeps one upload open
in it and the newest opening wins. So a file that waited lets another device's upload go first while that gets on. Where the
last submission counts, nothing is sent after something newer: neither a file whose upload another device took the place of, nor
one that waits still when a newer one of this folder was received.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from guildmark.client.disk import not_read
from guildmark.client.files import sha256_of
from guildmark.client.kept import this_machines_time
from guildmark.client.outbox import Outbox, Waiting
from guildmark.client.places import Behind
from guildmark.client.received import Received
from guildmark.client.still_here import problem_of, superseded
from guildmark.client.tus import Opened, Progress, Standing, Uploader
from guildmark.errors import GuildmarkError, ModelRefused, ReceiptInvalid, Refused
from guildmark.i18n import _
from guildmark.protocol import AttemptState, OpenUpload, SubmissionState
from guildmark.rules.counting import Counts

_STANDS_STILL: Final = timedelta(seconds=10)


class OneUpload:
    """Sends one place of the outbox at a time."""

    def __init__(self, uploader: Uploader, received: Received, outbox: Outbox) -> None:
        self._uploader = uploader
        self._received = received
        self._outbox = outbox

    def open(self, item: Waiting, *, is_fresh: bool) -> Opened:
        """The upload of `item`, opened now if it was not before: from then on the file counts.

        `is_fresh` says that `item` was never tried. Otherwise the portal is asked first what it has: see the module. Nothing is
        opened for a copy that cannot be read, as that would only take another file's place.
        """
        opened = self._uploader.resume(item.outgoing)
        if opened is not None:
            return opened
        before = None if is_fresh else self._sent_before(item)
        if before is not None:
            return Opened("", Standing(item.size, before))
        _require_readable(item)
        return self._uploader.create(item.outgoing)

    def send(self, item: Waiting, progress: Progress, *, is_fresh: bool, opened: Opened | None = None) -> SubmissionState:
        """Send `item`, keep the receipt, and clear its place. Raises `ReceiptInvalid`; the submission stands all the same."""
        upload = opened or self.open(item, is_fresh=is_fresh)
        if upload.standing.submission is None and not is_fresh:
            _require_whole(item)
        try:
            identifier = self._uploader.fill(upload, item.outgoing, progress)
        except Refused as error:
            raise self._explained(item, error) from error
        try:
            state = self._received.take(identifier, item)
        except ReceiptInvalid:  # it stands, whatever its receipt says
            self._clear(item)
            raise
        self._clear(item)
        return state

    def _clear(self, item: Waiting) -> None:
        self._supersede_older(item)
        self._outbox.remove(item)  # first: a remembered upload without a place in the outbox does no harm, the reverse would
        self._uploader.forget(item.category)

    def _supersede_older(self, item: Waiting) -> None:
        """Where the last one counts, what was handed in before `item`, which was received, is not sent any more."""
        older = [one for one in self._outbox.waiting(item.category) if one.number < item.number]
        with suppress(GuildmarkError, OSError):
            if older and self._received.counts() is Counts.LAST:
                for one in older:
                    self._outbox.note(one, refused=problem_of(superseded()))

    def _sent_before(self, item: Waiting) -> str | None:
        """The submission of `item` that came of a try whose answer was lost; None where it is to be opened."""
        if noted := self._received.of_ticket(item):
            return noted
        state = self._received.state()
        found = self._received.of_bytes(item, state)
        if item.before is None:
            item = self._outbox.note(item, before=found)
        known = self._received.of_others(item).union(item.before or ())
        new = [identifier for identifier in found if identifier not in known]
        if new:
            return new[-1]
        self._let_others_go_first(item, state)
        return None

    def _let_others_go_first(self, item: Waiting, state: AttemptState) -> None:
        """Raise `Refused` while another device's upload in the category gets on."""
        other = _open_upload(item, state)
        if other is None or (other.file_name, other.size) == (item.path.name, item.size):
            return
        if self._uploader.is_ours(item.category, other.id):
            return
        seen, now = item.behind, this_machines_time()
        if seen is not None and (seen.upload, seen.offset) == (other.id, other.offset):
            if abs(now - seen.seen_at) >= _STANDS_STILL:
                return
        else:
            self._outbox.note(item, behind=Behind(upload=other.id, offset=other.offset, seen_at=now))
        raise _goes_first(other)

    def _explained(self, item: Waiting, error: Refused) -> GuildmarkError:
        """What a refusal of bytes means for `item`."""
        if error.code == "file_changed":
            return _damaged(item)
        if error.code != "upload_closed":
            return error
        self._uploader.forget(item.category)
        state = self._received.state()
        other = _open_upload(item, state)
        if state.counts is Counts.LAST and (other is not None or self._is_older_than_another(item, state)):
            return ModelRefused(
                _("Something newer was handed in in this category from another place, and the last one counts."),
                next_step=_("Submit the file again if it is the one that should count."),
                code="superseded",
            )
        return error if other is None else _goes_first(other)

    def _is_older_than_another(self, item: Waiting, state: AttemptState) -> bool:
        """Whether another device has handed something in since `item` was, by the portal's clock."""
        handed_in_at = state.server_time - (this_machines_time() - item.kept_at)
        ours = {one.submission for one in self._received.noted(item.category)}
        category = next((each for each in state.categories if each.id == item.category), None)
        submissions = () if category is None else category.submissions
        return any(one.received_at > handed_in_at and one.id not in ours for one in submissions)


def _open_upload(item: Waiting, state: AttemptState) -> OpenUpload | None:
    return next((each.open_upload for each in state.categories if each.id == item.category), None)


def _goes_first(other: OpenUpload) -> Refused:
    said = _("Another device is handing in {name} in this category, and that goes first.")
    step = _("Leave a tool of this exam open: it tries again by itself, as every command does.")
    return Refused(said.format(name=other.file_name), next_step=step, code="upload_elsewhere")


def _require_readable(item: Waiting) -> None:
    try:
        with item.path.open("rb") as copy:
            copy.read(1)
    except FileNotFoundError as error:
        raise _damaged(item) from error
    except OSError as error:
        raise not_read(item.path, error) from error


def _require_whole(item: Waiting) -> None:
    try:
        is_whole = sha256_of(item.path) == item.sha256
    except OSError as error:
        raise not_read(item.path, error) from error
    if not is_whole:
        raise _damaged(item)


def _damaged(item: Waiting) -> ModelRefused:
    return ModelRefused(
        _("The copy of {name} that was kept here is damaged.").format(name=item.path.name),
        next_step=_("Submit the file again."),
        code="copy_damaged",
    )
