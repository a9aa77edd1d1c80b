"""Handing in a file: sent whole, its receipt checked and kept, its score awaited."""

from collections.abc import Callable

from guildmark.client import receipts
from guildmark.client.transport import API, Transport, parsed, raw_json
from guildmark.client.tus import Outgoing, Progress, Uploader
from guildmark.client.workspace import Workspace
from guildmark.errors import OurFault, ReceiptInvalid
from guildmark.i18n import _
from guildmark.protocol import AttemptState, PublicKey, SubmissionPhase, SubmissionState

_LONG_POLL_S = 20
Heard = Callable[[SubmissionState], None]


class Submissions:
    """The submissions of one attempt, from the folder `workspace`."""

    def __init__(self, transport: Transport, attempt: str, workspace: Workspace) -> None:
        self._api = transport
        self._attempt = attempt
        self._workspace = workspace

    def send(self, outgoing: Outgoing, progress: Progress) -> SubmissionState:
        """Send a file. Raises `ReceiptInvalid` where the receipt does not verify; the submission stands all the same."""
        identifier = Uploader(self._api, self._attempt, self._workspace.uploads).send(outgoing, progress)
        return self._accepted(identifier or self._newest(outgoing), outgoing)

    def wait_for(self, state: SubmissionState, changed: Heard | None) -> SubmissionState:
        """The submission of `state` once it is graded, by long-poll; `changed` hears each state on the way."""
        while state.phase is not SubmissionPhase.GRADED:
            if changed is not None:
                changed(state)
            state = self._api.get(f"/submissions/{state.id}", SubmissionState, wait=_LONG_POLL_S)
        return state

    def _accepted(self, identifier: str, outgoing: Outgoing) -> SubmissionState:
        response = self._api.request("GET", f"{API}/submissions/{identifier}")
        state, document = parsed(response, SubmissionState), raw_json(response)["receipt"]
        receipts.keep(document, self._workspace.receipts, submission=state.id)
        keys = self._api.get("/keys", tuple[PublicKey, ...])
        receipt = receipts.verified(document, keys, attempt=self._attempt, category=outgoing.category, sha256=outgoing.sha256)
        if (receipt.submission, receipt.size) != (identifier, outgoing.size):
            raise ReceiptInvalid
        return state

    def _newest(self, outgoing: Outgoing) -> str:
        attempt = self._api.get(f"/attempts/{self._attempt}", AttemptState)
        for category in attempt.categories:
            for submission in category.submissions:
                if (category.id, submission.sha256) == (outgoing.category, outgoing.sha256):
                    return submission.id
        raise OurFault(_("The portal took the file and does not list it."))
