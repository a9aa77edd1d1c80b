"""What was submitted: its score awaited, pinned, and its file fetched back. How a file is sent stands in `sending`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from guildmark.client.files import sha256_of
from guildmark.client.transport import API, Transport
from guildmark.client.tus import Progress
from guildmark.client.workspace import Workspace
from guildmark.errors import OurFault, ServerUnreachable, UsageError
from guildmark.i18n import _
from guildmark.packs.names import fitting_name
from guildmark.protocol import AttemptState, PinWish, SubmissionPhase, SubmissionState

_LONG_POLL_S = 20
SHORT_NAME = 8
"""How many characters of a submission's id people read and write."""
Heard = Callable[[SubmissionState], None]


class Submissions:
    """The submissions of one attempt, from the folder `workspace`."""

    def __init__(self, transport: Transport, attempt: str, workspace: Workspace) -> None:
        self._api = transport
        self._attempt = attempt
        self._workspace = workspace

    def wait_for(self, state: SubmissionState, changed: Heard | None) -> SubmissionState:
        """The submission of `state` once it is graded, by long-poll; `changed` hears each state on the way."""
        while state.phase is not SubmissionPhase.GRADED:
            if changed is not None:
                changed(state)
            state = self._api.get(f"/submissions/{state.id}", SubmissionState, wait=_LONG_POLL_S)
        return state

    def named(self, name: str) -> SubmissionState:
        """The submission of the attempt whose id is `name` or begins so. Raises `UsageError` where that is not one."""
        wanted = name.strip().lower()
        found = [one for category in self._state().categories for one in category.submissions if one.id.startswith(wanted)]
        if len(found) != 1 or not wanted:
            raise UsageError(
                _("{name} names no submission of this exam, or several.").format(name=name),
                next_step=_("Run: guildmark pin; it lists them."),
            )
        return found[0]

    def pin(self, submission: SubmissionState) -> AttemptState:
        """Let `submission` count in its category, whatever else is submitted."""
        return self._choose(submission.category, submission.id)

    def unpin(self, category: str) -> tuple[str, AttemptState]:
        """Leave it to the exam's rule again what counts in `category` (`3` or `category3`), and say which one that is."""
        found = self._workspace.category(category).id
        return found, self._choose(found, None)

    def fetch(self, submission: SubmissionState, to: Path, progress: Progress) -> None:
        """Write the file of `submission` to `to`, which is not there yet, whole or not at all."""
        part = to.with_name(fitting_name(f".{to.name}.part"))
        try:
            if to.exists():
                raise UsageError(_("{file} is there already.").format(file=to), next_step=_elsewhere())
            with part.open("wb") as file:

                def restart() -> None:
                    file.seek(0)
                    file.truncate()

                def write(piece: bytes) -> None:
                    file.write(piece)
                    progress(file.tell(), submission.size)

                self._api.download(f"{API}/submissions/{submission.id}/file", write, restart=restart)
            if sha256_of(part) != submission.sha256:
                raise OurFault(_("The file that arrived is not the one that was submitted."))
            part.replace(to)
        except OSError as error:
            raise UsageError(
                _("{file} cannot be written: {why}.").format(file=to, why=error.strerror), next_step=_elsewhere()
            ) from error
        finally:
            with suppress(OSError):  # where it could not be made, it is not to be removed
                part.unlink()

    def _choose(self, category: str, submission: str | None) -> AttemptState:
        wish = PinWish(submission=submission)
        return self._api.put(f"/attempts/{self._attempt}/categories/{category}/pin", wish, AttemptState)

    def _state(self) -> AttemptState:
        return self._api.get(f"/attempts/{self._attempt}", AttemptState)


@contextmanager
def after_it_was_received() -> Iterator[None]:
    """While the score of a submission is awaited: a portal that stops answering then takes nothing back, which is said."""
    try:
        yield
    except ServerUnreachable as error:
        raise ServerUnreachable(
            _("Your submission is kept and graded, but the portal stopped answering before its score came."),
            next_step=_("Check your connection, then run: guildmark status"),
        ) from error


def _elsewhere() -> str:
    return _("Name another place: guildmark fetch SUBMISSION --to FILE")
