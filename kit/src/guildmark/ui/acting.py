"""What the dashboard's keys do, apart from how it looks: verbs of the session whose answers are words."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from guildmark.client import ending_told
from guildmark.client.address import overheard
from guildmark.client.check import unavailable
from guildmark.client.device import DeviceCode
from guildmark.client.live_board import Changed, LiveBoard
from guildmark.client.looking import LAST_S, Considered, consider, in_one_line, looked_at
from guildmark.client.session import Session
from guildmark.errors import GuildmarkError, NoExamHere, SignInRequired
from guildmark.i18n import _
from guildmark.protocol import SubmissionState
from guildmark.ui import told

Progress = Callable[[int, int], None]


class Exam(Protocol):
    """What a dashboard needs of an exam. Every method but `start` and `close` may raise `GuildmarkError`, and may take long."""

    def start(self, changed: Changed) -> None:
        """Tell every new board to `changed`, from any thread."""
        ...

    def close(self) -> None:
        """Tell nothing more."""
        ...

    def consider(self, category: str) -> Considered:
        """The newest model of `category`, and what speaks against handing it in. None of it is a rule."""
        ...

    def check(self, category: str) -> str:
        """Look at the newest model of `category`, and say what was found."""
        ...

    def submit(self, category: str, file: Path, progress: Progress, *, held_up: Callable[[], object]) -> str:
        """Hand `file` in; the score is on a later board. What is to be said beside it, if anything.

        `held_up` is called where another tool sends in this category, and goes first.
        """
        ...

    def instructions(self, path: str) -> str:
        """The text of a file in the exam folder."""
        ...

    def pin(self, submission: str) -> str:
        """Let `submission` count, and say so."""
        ...

    def unpin(self, category: str) -> str:
        """Leave it to the exam's rule again what counts, and say so."""
        ...

    def readiness(self) -> tuple[str, ...]:
        """What finishing now would mean, line by line."""
        ...

    def finish(self, *, leave_waiting: bool, say: Callable[[str], None]) -> None:
        """End the exam; `say` hears why that takes a while. Raises `StillWaiting` where files wait, unless `leave_waiting`."""
        ...

    def sign_in(self, say: Callable[[str], None]) -> str:
        """Sign in again, and say who did; `say` hears what to do for it. `close` ends the wait for it."""
        ...


class SessionExam:
    """The exam of a session's folder. Raises `NoExamHere`."""

    def __init__(self, session: Session) -> None:
        if session.workspace is None:
            raise NoExamHere
        self._session, self._workspace = session, session.workspace
        self._live: LiveBoard | None = None
        self._closing = threading.Event()

    def start(self, changed: Changed) -> None:
        """See `Exam`."""
        self._live = LiveBoard(self._session, changed)
        self._live.start()

    def close(self) -> None:
        """See `Exam`."""
        self._closing.set()
        if self._live is not None:
            self._live.close()

    def consider(self, category: str) -> Considered:
        """See `Exam`."""
        return consider(self._session, category, self._session.model_of(category), time_left_s=self._time_left_s())

    def check(self, category: str) -> str:
        """See `Exam`."""
        path = self._session.model_of(category)
        left_s = self._time_left_s()
        looked = looked_at(self._session, category, path, time_left_s=LAST_S if left_s is None else left_s)
        if looked is None:
            raise unavailable()
        if not looked.passed:
            refused = _("{name}: the grader would refuse it.").format(name=path.name)
            return f"{refused} {in_one_line(looked)} {_('Change the model as described, and save it again.')}"
        return _("{name}: nothing speaks against submitting it.").format(name=path.name)

    def submit(self, category: str, file: Path, progress: Progress, *, held_up: Callable[[], object]) -> str:
        """See `Exam`."""
        sent = self._session.submit(category, file, progress=progress, wait=False, rest=False, held_up=held_up)
        self._hear()
        return _told(sent)

    def instructions(self, path: str) -> str:
        """See `Exam`."""
        file: Path = self._workspace.folder / path
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def pin(self, submission: str) -> str:
        """See `Exam`."""
        submissions = self._session.handed_in
        found = submissions.named(submission)
        submissions.pin(found)
        self._hear()
        return _("{name} counts now.").format(name=found.file_name)

    def unpin(self, category: str) -> str:
        """See `Exam`."""
        self._session.handed_in.unpin(category)
        self._hear()
        return _("The exam's rule says again what counts.")

    def readiness(self) -> tuple[str, ...]:
        """See `Exam`."""
        return tuple(told.readiness(self._session.readiness(), self._session.waiting()))

    def finish(self, *, leave_waiting: bool, say: Callable[[str], None]) -> None:
        """See `Exam`."""
        self._session.finish(confirm=True, leave_waiting=leave_waiting, held_up=lambda: say(ending_told.held_up()))
        self._hear()

    def sign_in(self, say: Callable[[str], None]) -> str:
        """See `Exam`."""

        def show(code: DeviceCode) -> None:
            if warning := overheard(self._session.server):
                say(warning)
            say(_("Open this page in any browser and confirm the code:"))
            say(f"{code.link}  {code.user_code}")

        def wait(seconds: float) -> None:
            if self._closing.wait(seconds):
                raise SignInRequired

        who = self._session.login(show, sleep=wait)
        self._hear()
        return _("Signed in at {server} as {email}.").format(server=self._session.server, email=who.email)

    def _hear(self) -> None:
        if self._live is not None:
            with suppress(GuildmarkError):  # what was asked for is done; the board comes all the same
                self._live.hear(self._session.state())

    def _time_left_s(self) -> float | None:
        if self._live is None:
            raise NoExamHere
        return self._live.board().clock.time_left_s


def _told(sent: SubmissionState) -> str:
    """What the board does not tell by itself."""
    return "" if sent.report is not None else _("It is queued for grading; its score comes by itself.")
