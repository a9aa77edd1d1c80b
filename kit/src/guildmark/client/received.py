"""What the portal has received: a submission found, its receipt checked and kept, and a note of it left for other tools."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from guildmark.client import receipts
from guildmark.client.answers import parsed, raw_json
from guildmark.client.kept import last_heard
from guildmark.client.locks import Sent, note_sent, sent_lately
from guildmark.client.outbox import Waiting
from guildmark.client.transport import API, Transport
from guildmark.client.workspace import Workspace
from guildmark.errors import OurFault, ReceiptInvalid
from guildmark.i18n import _
from guildmark.protocol import AttemptState, CategoryState, PublicKey, SubmissionState
from guildmark.rules.counting import Counts


class Received:
    """The submissions of one attempt, as this folder and the portal know them."""

    def __init__(self, transport: Transport, attempt: str, workspace: Workspace) -> None:
        self._api = transport
        self._attempt = attempt
        self._workspace = workspace

    def state(self) -> AttemptState:
        """What the portal says of the attempt."""
        return self._api.get(f"/attempts/{self._attempt}", AttemptState)

    def counts(self) -> Counts:
        """Which submission of a category counts: the portal is asked where nothing is kept of it."""
        last = last_heard(self._workspace)
        return (self.state() if last is None else last.state).counts

    def noted(self, category: str) -> tuple[Sent, ...]:
        """What this folder knows to have sent in `category`."""
        return sent_lately(self._workspace, category)

    def known_of(self, category: str, sha256: str) -> tuple[str, ...] | None:
        """The submissions of these bytes, as far as this folder knows; None where it does not."""
        last = last_heard(self._workspace)
        if last is None:
            return None
        seen = {one.submission for one in self.noted(category) if one.sha256 == sha256}
        return tuple(sorted(seen.union(_of_bytes(last.state.categories, category, sha256))))

    def of_bytes(self, item: Waiting, state: AttemptState) -> tuple[str, ...]:
        """The submissions of the bytes of `item` in its category, the newest first."""
        return tuple(_of_bytes(state.categories, item.category, item.sha256))

    def of_ticket(self, item: Waiting) -> str | None:
        """The submission that `item` became, if that was noted."""
        mine = (one.submission for one in self.noted(item.category) if item.ticket and one.ticket == item.ticket)
        return next(mine, None)

    def of_others(self, item: Waiting) -> set[str]:
        """The submissions that are noted for something else than `item`."""
        return {one.submission for one in self.noted(item.category) if one.ticket != item.ticket or not item.ticket}

    def take(self, identifier: str | None, item: Waiting) -> SubmissionState:
        """The submission `identifier` that `item` became, noted, its receipt kept; None: the newest of its bytes.

        Raises `ReceiptInvalid` where the receipt does not verify; the submission stands all the same.
        """
        found = identifier or self.newest(item)
        with suppress(OSError):  # a full disk makes no error of what was received
            note_sent(self._workspace, item.category, Sent(sha256=item.sha256, submission=found, ticket=item.ticket))
        return self.accepted(found, item)

    def accepted(self, identifier: str, item: Waiting) -> SubmissionState:
        """The submission `identifier`, with its receipt checked against the portal's keys and kept. Raises `ReceiptInvalid`.

        Where there is no room to keep the receipt, the portal has it, and gives it again with the submission.
        """
        response = self._api.request("GET", f"{API}/submissions/{identifier}")
        state, document = parsed(response, SubmissionState), raw_json(response)["receipt"]
        with suppress(OSError):
            receipts.keep(document, self._workspace.receipts, submission=state.id)
        keys = self._api.get("/keys", tuple[PublicKey, ...])
        with suppress(OSError):
            receipts.keep_keys(keys, self._workspace.hidden)
        receipt = receipts.verified(document, keys, attempt=self._attempt, category=item.category, sha256=item.sha256)
        if (receipt.submission, receipt.size) != (identifier, item.size):
            raise ReceiptInvalid
        return state

    def newest(self, item: Waiting) -> str:
        """The newest submission of the bytes of `item`. Raises `OurFault` where there is none."""
        for identifier in self.of_bytes(item, self.state()):
            return identifier
        raise OurFault(_("The portal took the file and does not list it."))


def _of_bytes(categories: Iterable[CategoryState], name: str, sha256: str) -> Iterator[str]:
    for category in categories:
        if category.id == name:
            yield from (one.id for one in category.submissions if one.sha256 == sha256)
