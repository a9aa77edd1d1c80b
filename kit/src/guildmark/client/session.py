"""One exam folder, one portal, and the verbs of an exam: the library under the command and every IDE integration.

    session = Session.open(folder)
    session.login(show=lambda code: print(code.link, code.user_code))
    session.register(); session.prepare(); session.begin()
    session.submit("category1", Path("Category1/mymodel.keras"))
    session.finish(confirm=True); session.result()

The server's clock decides everything; nothing here reads a wall clock. Every method may raise the errors of
`guildmark.errors`; `SignInRequired` and `ServerUnreachable` are always possible where the portal is asked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from guildmark.client import device
from guildmark.client.address import default_server
from guildmark.client.check import Checked, check_file
from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.delivery import bring
from guildmark.client.files import require_file, sha256_of
from guildmark.client.programs import chosen
from guildmark.client.run import Run
from guildmark.client.submissions import Heard, Submissions
from guildmark.client.transport import Patience, Transport, http_client, wait
from guildmark.client.tus import Outgoing, Progress
from guildmark.client.workspace import ExamState, Unpacked, Workspace
from guildmark.errors import (
    BundleDamaged,
    NoExamHere,
    NotStarted,
    Refused,
    ResultPending,
)
from guildmark.i18n import _
from guildmark.packs.bundle import unseal
from guildmark.protocol import (
    AttemptState,
    AttemptSummary,
    Begin,
    Begun,
    BundleOffer,
    Finish,
    Me,
    OpenAttempt,
    ProgramView,
    Readiness,
    SubmissionState,
)
from guildmark.rules.attempt import Phase

if TYPE_CHECKING:
    from typing_extensions import Self

_RESULT_POLL_S = 1.0
_OVER = (Phase.GRADING, Phase.DECIDED)


def _silent(_done: int, _total: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Started:
    """The clock runs and the folder is ready. `unpacked` names files of the candidate that were kept."""

    begun: Begun
    unpacked: Unpacked


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

    def _refreshed(self, tokens: Tokens) -> Tokens | None:
        return device.refresh(self._http, self.server, tokens)

    # Starting

    def programs(self) -> tuple[ProgramView, ...]:
        """What can be sat."""
        return self._api.get("/programs", tuple[ProgramView, ...])

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
        try:
            known = workspace.state
        except NoExamHere:
            state = self._api.post("/attempts", OpenAttempt(program=program), AttemptState)
            workspace.claim(ExamState(server=self.server, attempt=state.id, program=state.program, exam_title=state.exam_title))
        else:
            state = self._the_same(known, program, folder)
        self.workspace = workspace
        return state

    def _the_same(self, known: ExamState, program: str, folder: Path) -> AttemptState:
        """The attempt that `folder` holds, if it is under way at this program. No other one is opened for a folder in use."""
        if (known.server, known.program) == (self.server, program):
            try:
                state = self._api.get(f"/attempts/{known.attempt}", AttemptState)
            except Refused as refusal:
                if refusal.code != "not_found":  # what another account sits is not found
                    raise
            else:
                if state.phase not in (Phase.GRADING, Phase.DECIDED):
                    return state
        raise Refused(
            _("{folder} holds another attempt.").format(folder=folder),
            next_step=_("Name a new folder: guildmark start --folder DIR"),
            code="other_attempt",
        )

    def prepare(self, progress: Progress = _silent) -> BundleOffer:
        """Download the sealed bundle and check its digest; the clock does not start. Raises `BundleDamaged`."""
        workspace, attempt = self._exam()
        offer = bring(self._api, attempt, workspace.bundle_path, progress)
        workspace.save(workspace.state.model_copy(update={"bundle_sha256": offer.sha256}))
        return offer

    def begin(self) -> Started:
        """Start the clock, open the bundle with the key that comes back, and unpack it. Call it on the candidate's word alone.

        On a running attempt the clock is not touched: the folder is filled again. Raises `NotStarted` before `prepare`.
        """
        workspace, attempt = self._exam()
        digest = workspace.state.bundle_sha256
        if digest is None or not workspace.bundle_path.is_file():
            raise NotStarted(_("The exam's bundle is not here yet."))
        sealed = workspace.bundle_path.read_bytes()
        if sha256_of(workspace.bundle_path) != digest:
            raise BundleDamaged
        begun = self._api.post(f"/attempts/{attempt}/begin", Begin(bundle_sha256=digest), Begun)
        content = unseal(sealed, key=bytes.fromhex(begun.key), attempt=attempt)
        return Started(begun, workspace.unpack(content))

    # Working

    def state(self) -> AttemptState:
        """Everything that the portal knows of the attempt now: phase, time left, scores, submissions."""
        _workspace, attempt = self._exam()
        return self._api.get(f"/attempts/{attempt}", AttemptState)

    def check(self, category: str, file: Path | None = None, *, run: Run = Run.ALWAYS) -> Checked:
        """Look at `file` (or the category's newest model) as the grader will, offline. Raises `CheckUnavailable`."""
        workspace, _attempt = self._exam()
        found = workspace.category(category)
        path = file or self.model_of(category)
        return check_file(path, found.id, workspace.task(found).contract, wants_dry_run=run.is_wanted)

    def model_of(self, category: str) -> Path:
        """The newest saved model in a category's folder. Raises `UsageError`."""
        workspace, _attempt = self._exam()
        return workspace.model_of(workspace.category(category))

    def submit(
        self,
        category: str,
        file: Path | None = None,
        *,
        progress: Progress = _silent,
        wait: bool = True,
        changed: Heard | None = None,
    ) -> SubmissionState:
        """Send `file` (or the category's newest model), keep the receipt, and wait for the score.

        It counts from the moment that the portal answered the opening. `changed` hears each state on the way, queue position
        included. Raises `ReceiptInvalid` where the receipt does not verify; the submission stands all the same.
        """
        workspace, _attempt = self._exam()
        found = workspace.category(category)
        path = file or self.model_of(category)
        require_file(path)
        sent = self.handed_in.send(Outgoing.of(path, found.id), progress)
        return self.wait_for(sent, changed=changed) if wait else sent

    def wait_for(self, state: SubmissionState, *, changed: Heard | None = None) -> SubmissionState:
        """The submission of `state` once it is graded; `changed` hears each state on the way."""
        return self.handed_in.wait_for(state, changed)

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

    def finish(self, *, confirm: bool) -> AttemptState:
        """End the exam. Without `confirm`, a readiness list with warnings is refused."""
        _workspace, attempt = self._exam()
        return self._api.post(f"/attempts/{attempt}/finish", Finish(confirm=confirm), AttemptState, repeatable=False)

    def result(self, *, wait_s: float = 0.0) -> AttemptState:
        """The attempt with its `result`, waiting up to `wait_s` seconds for the last submissions to be graded.

        Raises `ResultPending` while they are, `Refused` while the exam runs, `NotStarted` before.
        """
        state = self.state()
        until = time.monotonic() + wait_s
        while state.phase in _OVER and state.result is None:
            if time.monotonic() >= until:
                raise ResultPending
            self._patience.sleep(_RESULT_POLL_S)
            state = self.state()
        if state.phase is Phase.RUNNING:
            raise Refused(
                _("The exam still runs; its result comes when it ends."),
                next_step=_("Run: guildmark finish"),
                code="still_running",
            )
        if state.result is None:
            raise NotStarted
        return state

    def _exam(self) -> tuple[Workspace, str]:
        if self.workspace is None:
            raise NoExamHere
        return self.workspace, self.workspace.state.attempt
