"""One exam folder, one portal, and the verbs of an exam: the library under the command and every IDE integration.

    session = Session.open(folder)
    session.login(show=lambda code: print(code.link, code.user_code))
    session.register(); session.prepare(); session.begin()
    session.submit("category1", Path("Category1/mymodel.keras"))      # kept in the outbox where the portal does not answer
    for heard in session.follow(): ...
    session.finish(confirm=True); session.result()

The server's clock decides everything; this machine's only tells how long ago the portal said something. Every method may raise
the errors of `guildmark.errors`; `SignInRequired` and `ServerUnreachable` are always possible where the portal is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from guildmark.client import device, finishing, starting
from guildmark.client.address import default_server
from guildmark.client.check import Checked, check_file
from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.delivery import bring
from guildmark.client.environment import keep_requirements
from guildmark.client.files import require_file
from guildmark.client.kept import LastHeard, keep, last_heard, this_machines_time
from guildmark.client.notices import Notice
from guildmark.client.outbox import Outbox, Waiting
from guildmark.client.outcome import waited_for
from guildmark.client.programs import chosen, remember
from guildmark.client.progress import WaitingProgress, nobody, silent, unshown
from guildmark.client.reaching import http_client
from guildmark.client.run import Run
from guildmark.client.sending import Emptied, Sender
from guildmark.client.starting import Started
from guildmark.client.submissions import Heard, Submissions
from guildmark.client.transport import API, Patience, Transport, wait
from guildmark.client.tus import Progress
from guildmark.client.warnings import before_submit
from guildmark.client.workspace import Workspace
from guildmark.errors import (
    GuildmarkError,
    NoExamHere,
    Refused,
)
from guildmark.protocol import (
    AttemptState,
    AttemptSummary,
    BundleOffer,
    Finish,
    Me,
    ProgramView,
    Readiness,
    SubmissionState,
)

if TYPE_CHECKING:
    from typing_extensions import Self

    from guildmark.client.following import Following


class Session:
    """See the module. `workspace` is None outside an exam folder."""

    def __init__(
        self,
        server: str,
        *,
        workspace: Workspace | None = None,
        credentials: Credentials | None = None,
        patience: Patience | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self.server = server
        self.workspace = workspace
        self.credentials = credentials or Credentials()
        self._patience = patience or Patience()
        self._http = http or http_client(server)
        self._api = Transport(server, self.credentials, self._http, refresh=self._refreshed, patience=self._patience)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        server: str | None = None,
        credentials: Credentials | None = None,
        patience: Patience | None = None,
    ) -> "Session":
        """A session for the exam folder that `folder` is or lies in, or without one.

        The portal is the folder's, else `server`, else `GUILDMARK_SERVER`, else that of the last sign-in. Raises `UsageError`
        where none of them names one, `WorkspaceDamaged` for a broken state file.
        """
        credentials = credentials or Credentials()
        try:
            workspace: Workspace | None = Workspace.containing(folder)
        except NoExamHere:
            workspace = None
        address = workspace.state.server if workspace else default_server(server, credentials)
        return cls(address, workspace=workspace, credentials=credentials, patience=patience)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # Signing in

    def login(self, show: Callable[[device.DeviceCode], None], *, sleep: Callable[[float], None] = wait) -> Me:
        """Sign in by device grant: `show` gets the link and the code; returns once somebody confirmed it."""
        tokens = device.sign_in(self._http, self.server, show, sleep=sleep)
        self.credentials.remember(self.server, tokens, make_default=True)
        return self.me()

    def me(self) -> Me:
        """Who is signed in."""
        return self._api.get("/me", Me)

    def server_time(self) -> datetime:
        """The portal's clock, to the second."""
        return self._api.server_time()

    def send_and_forget(self, content: bytes) -> None:
        """Send bytes that the portal takes and forgets, to measure how fast they go. Raises `Refused` on an older portal."""
        self._api.request("POST", f"{API}/measure", content=content, headers={"Content-Type": "application/octet-stream"})

    def _refreshed(self, tokens: Tokens) -> Tokens | None:
        return device.refresh(self._http, self.server, tokens)

    # Starting

    def programs(self) -> tuple[ProgramView, ...]:
        """What can be sat."""
        offered = self._api.get("/programs", tuple[ProgramView, ...])
        remember(offered)
        return offered

    def attempts(self) -> tuple[AttemptSummary, ...]:
        """The candidate's attempts."""
        return self._api.get("/attempts", tuple[AttemptSummary, ...])

    def program(self, slug: str | None) -> str:
        """The program `slug`; without one, that of the attempt under way, or the only one there is. Raises `UsageError`."""
        return chosen(self.programs(), slug, self.attempts())

    def register(self, program: str, folder: Path) -> AttemptState:
        """Open an attempt at `program`, or go on with the one under way, and make `folder` its exam folder.

        Raises `Refused` where `folder` belongs to another attempt, `UsageError` where it cannot be written.
        """
        workspace = Workspace(folder.resolve())
        state = starting.attempt_of(self._api, program, workspace)
        self.workspace = workspace
        return state

    def prepare(self, progress: Progress = silent) -> BundleOffer:
        """Download the sealed bundle and check its digest; the clock does not start. Raises `BundleDamaged`."""
        workspace, attempt = self._exam()
        offer = bring(self._api, attempt, workspace.bundle_path, progress)
        keep_requirements(workspace, offer.requirements)
        workspace.save(workspace.state.model_copy(update={"bundle_sha256": offer.sha256}))
        return offer

    def begin(self) -> Started:
        """Start the clock, open the bundle with the key that comes back, and unpack it. Call it on the candidate's word alone.

        On a running attempt the clock is not touched: the folder is filled again. Raises `NotStarted` before `prepare`, and
        `UsageError` where there is no room for the exam's files, before the clock runs as far as that can be seen.
        """
        workspace, _attempt = self._exam()
        return starting.begin(self._api, workspace)

    # Working

    def state(self, *, within_s: float | None = None) -> AttemptState:
        """Everything that the portal knows of the attempt now: phase, time left, scores, submissions.

        With `within_s`, in one try that waits so many seconds for a portal that is silent.
        """
        workspace, attempt = self._exam()
        path = f"/attempts/{attempt}"
        try:
            if within_s is None:
                state = self._api.get(path, AttemptState)
            else:
                state = self._api.get_once(path, AttemptState, timeout_s=within_s)
        except Refused as refusal:
            if starting.is_of_another(refusal):
                raise starting.of_another(workspace) from refusal
            raise
        keep(workspace, state, heard_at=this_machines_time())
        return state

    def last_heard(self) -> LastHeard | None:
        """What the portal said last to any tool in this folder; for whoever has no connection."""
        return last_heard(self._exam()[0])

    def follow(self) -> "Following":
        """Iterate over it for everything that is heard of the attempt, with or without a connection, until it is closed."""
        from guildmark.client.following import Following

        return Following(self)

    @contextmanager
    def listen(self, *, silence_s: float) -> Iterator[httpx.Response]:
        """The attempt's stream of events; reading from it fails after `silence_s` seconds of silence."""
        _workspace, attempt = self._exam()
        with self._api.listen(f"/attempts/{attempt}/events", silence_s=silence_s) as response:
            yield response

    def check(self, category: str, file: Path | None = None, *, run: Run = Run.ALWAYS) -> Checked:
        """Look at `file` (or the category's newest model) as the grader will, offline. Raises `CheckUnavailable`."""
        workspace, _attempt = self._exam()
        found = workspace.category(category)
        path = file or self.model_of(category)
        return check_file(path, found.id, workspace.task(found).contract, exam=workspace.folder, wants_dry_run=run.is_wanted)

    def model_of(self, category: str) -> Path:
        """The newest saved model in a category's folder. Raises `UsageError`."""
        workspace, _attempt = self._exam()
        return workspace.model_of(workspace.category(category))

    def warnings(self, category: str, file: Path | None = None, *, looks_inside: bool = True) -> tuple[Notice, ...]:
        """What speaks against handing in `file` (or the category's newest model), without the portal. None of it is a rule.

        With `looks_inside`, a file that does not fit is held against the other tasks, which takes a second or two.
        """
        workspace, _attempt = self._exam()
        path = file or self.model_of(category)
        require_file(path)
        return before_submit(workspace, workspace.category(category), path, looks_inside=looks_inside)

    def submit(  # noqa: PLR0913  # what a tool may want to hear on the way
        self,
        category: str,
        file: Path | None = None,
        *,
        progress: Progress = silent,
        wait: bool = True,
        rest: bool = True,
        changed: Heard | None = None,
        held_up: Callable[[], object] = nobody,
    ) -> SubmissionState:
        """Hand in `file` (or the category's newest model), keep the receipt, send the `rest` that waits, wait for the score.

        It is copied first and sent from the copy. It counts from the moment that the portal answered the opening. `changed`
        hears each state on the way, queue position included; `held_up` is called where another tool sends in this category.
        See `Sender.hand_in` for what it raises; with `KeptInOutbox` and `SignInRequired` the file waits here, and whatever
        tool finds the portal sends it.
        """
        path, found = self._chosen(category, file)
        sent = self.sender.hand_in(path, found, progress, held_up=held_up)
        if rest:
            self.send_waiting()
        return self.wait_for(sent, changed=changed) if wait else sent

    def keep_for_later(self, category: str, file: Path | None = None) -> GuildmarkError:
        """Put a file into the outbox, as nobody answers. What to raise: `KeptInOutbox`."""
        return self.sender.keep_for_later(*self._chosen(category, file))

    def waiting(self) -> tuple[Waiting, ...]:
        """What is handed in and not received yet, the first first; what is being sent at this moment too."""
        return Outbox(self._exam()[0]).waiting()

    def send_waiting(self, progress: WaitingProgress = unshown) -> Emptied:
        """Send what waits in the outbox. Raises nothing of the portal's: what happened is in the answer."""
        return self.sender.send_waiting(progress)

    def _chosen(self, category: str, file: Path | None) -> tuple[Path, str]:
        workspace, _attempt = self._exam()
        found = workspace.category(category)
        path = file or workspace.model_of(found)
        require_file(path)
        return path, found.id

    def wait_for(self, state: SubmissionState, *, changed: Heard | None = None) -> SubmissionState:
        """The submission of `state` once it is graded; `changed` hears each state on the way."""
        return self.handed_in.wait_for(state, changed)

    @property
    def sender(self) -> Sender:
        """What sends files, and the outbox."""
        workspace, attempt = self._exam()
        return Sender(self._api, attempt, workspace)

    @property
    def handed_in(self) -> Submissions:
        """What was submitted: to pin one, and to fetch its file back."""
        workspace, attempt = self._exam()
        return Submissions(self._api, attempt, workspace)

    def take_break(self) -> AttemptState:
        """Take one of the breaks that were granted. While it lasts, asking again takes no other one."""
        _workspace, attempt = self._exam()
        return self._api.post(f"/attempts/{attempt}/break", None, AttemptState)

    # Ending

    def readiness(self) -> Readiness:
        """What finishing now would mean."""
        _workspace, attempt = self._exam()
        return self._api.get(f"/attempts/{attempt}/readiness", Readiness)

    def finish(
        self,
        *,
        confirm: bool,
        leave_waiting: bool = False,
        progress: WaitingProgress = unshown,
        held_up: Callable[[], object] = nobody,
    ) -> AttemptState:
        """End the exam; what waits in the outbox is sent before. Without `confirm`, a list with warnings is refused.

        `held_up` is called where another tool's sending, or copying, is waited for. Raises `StillWaiting` where files wait that
        could not be sent, or were refused just now, unless `leave_waiting` says to finish without them.
        """
        _workspace, attempt = self._exam()

        def end() -> AttemptState:
            return self._api.post(f"/attempts/{attempt}/finish", Finish(confirm=confirm), AttemptState, repeatable=False)

        return finishing.finish(self.sender, end, leave_waiting=leave_waiting, progress=progress, held_up=held_up)

    def result(self, *, wait_s: float = 0.0) -> AttemptState:
        """The attempt with its `result`, waiting up to `wait_s` seconds for the last submissions to be graded.

        A pass stands a moment before its certificate is written: whoever waits gets both, if that moment is a short one.
        Raises `ResultPending` while they are, `Refused` while the exam runs, `NotStarted` before.
        """
        return waited_for(self.state, sleep=self._patience.sleep, wait_s=wait_s)

    def _exam(self) -> tuple[Workspace, str]:
        if self.workspace is None:
            raise NoExamHere
        return self.workspace, self.workspace.state.attempt
