"""What the dashboard's keys do, apart from how it looks: verbs of the session whose answers are words."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from guildmark.client import wording
from guildmark.client.board import Board
from guildmark.client.device import DeviceCode
from guildmark.client.live_board import Changed, LiveBoard
from guildmark.client.looking import look_before
from guildmark.client.notices import Notice
from guildmark.client.session import Session
from guildmark.errors import NoExamHere
from guildmark.i18n import _
from guildmark.protocol import Readiness, SubmissionState

Progress = Callable[[int, int], None]


class Exam(Protocol):
    """What a dashboard needs of an exam. Every method but `start` and `close` may raise `GuildmarkError`, and may take long."""

    def start(self, changed: Changed) -> None:
        """Tell every new board to `changed`, from any thread."""
        ...

    def close(self) -> None:
        """Tell nothing more."""
        ...

    def warnings(self, category: str) -> tuple[Notice, ...]:
        """What speaks against handing in the newest model of `category`."""
        ...

    def check(self, category: str) -> str:
        """Look at the newest model of `category`, and say what was found."""
        ...

    def submit(self, category: str, progress: Progress) -> str:
        """Hand the newest model of `category` in; the score is on the next board. What is to be said beside it, if anything."""
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

    def finish(self) -> None:
        """End the exam."""
        ...

    def sign_in(self, told: Callable[[str], None]) -> str:
        """Sign in again, and say who did; `told` hears what to do for it."""
        ...


class SessionExam:
    """The exam of a session's folder. Raises `NoExamHere`."""

    def __init__(self, session: Session) -> None:
        if session.workspace is None:
            raise NoExamHere
        self._session, self._workspace = session, session.workspace
        self._live: LiveBoard | None = None

    def start(self, changed: Changed) -> None:
        """See `Exam`."""
        self._live = LiveBoard(self._session, changed)
        self._live.start()

    def close(self) -> None:
        """See `Exam`."""
        if self._live is not None:
            self._live.close()

    def warnings(self, category: str) -> tuple[Notice, ...]:
        """See `Exam`."""
        return self._session.warnings(category, looks_inside=False)

    def check(self, category: str) -> str:
        """See `Exam`."""
        path = self._session.model_of(category)
        left_s = self._board().clock.time_left_s
        if not look_before(self._session, category, path, time_left_s=left_s or 0.0):
            return _("This machine cannot look at the file. Install: pip install 'guildmark[check]'")
        return _("{name}: nothing speaks against submitting it.").format(name=path.name)

    def submit(self, category: str, progress: Progress) -> str:
        """See `Exam`."""
        path = self._session.model_of(category)
        look_before(self._session, category, path, time_left_s=self._board().clock.time_left_s or 0.0)
        sent = self._session.submit(category, path, progress=progress)
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
        return tuple(_readiness_lines(self._session.readiness()))

    def finish(self) -> None:
        """See `Exam`."""
        self._session.finish(confirm=True)
        self._hear()

    def sign_in(self, told: Callable[[str], None]) -> str:
        """See `Exam`."""

        def show(code: DeviceCode) -> None:
            told(_("Open this page in any browser and confirm the code:"))
            told(f"{code.link}  {code.user_code}")

        who = self._session.login(show)
        self._hear()
        return _("Signed in at {server} as {email}.").format(server=self._session.server, email=who.email)

    def _hear(self) -> None:
        if self._live is not None:
            self._live.hear(self._session.state())

    def _board(self) -> Board:
        if self._live is None:
            raise NoExamHere
        return self._live.board()


def _told(sent: SubmissionState) -> str:
    """What the board does not tell by itself."""
    return "" if sent.report is not None else _("It is queued for grading; its score comes by itself.")


def _readiness_lines(found: Readiness) -> Iterator[str]:
    for item in found.items:
        yield f"{item.number}  {wording.marks(item.best_score)}  {item.title}  {item.warning or ''}".rstrip()
    for upload in found.open_uploads:
        yield _("The upload of {name} is under way and would be abandoned.").format(name=upload.file_name)
    if found.pending:
        yield _("{count} submissions are still being graded; they count.").format(count=found.pending)
