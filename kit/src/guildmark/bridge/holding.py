"""What a bridge holds: one session and one live board, which all requests share and no request pulls away from another."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from guildmark.client.address import default_server
from guildmark.client.board import Board
from guildmark.client.credentials import Credentials
from guildmark.client.following import Rhythm
from guildmark.client.live_board import LiveBoard
from guildmark.client.nearby import exam_near, room_for_another
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError, NoExamHere, Refused, UsageError
from guildmark.i18n import _
from guildmark.protocol import AttemptState


class Held:
    """The session of `folder` and the board that follows it, made when they are first asked for.

    `changed` hears each board. Every request runs within `request`: a session that was let go is closed after the last one.
    """

    def __init__(  # noqa: PLR0913  # where it is, whom it tells, and how long it waits
        self,
        folder: Path,
        *,
        changed: Callable[[Board], object],
        credentials: Credentials,
        server: str | None,
        patience: Patience,
        rhythm: Rhythm | None,
    ) -> None:
        self.folder = folder
        self.credentials = credentials
        self._server = server
        self._patience = patience
        self._rhythm = rhythm
        self._changed = changed
        self._session: Session | None = None
        self._live: LiveBoard | None = None
        self._let_go: list[Session] = []
        self._requests = 0
        self._lock = threading.RLock()

    @contextmanager
    def request(self) -> Iterator[None]:
        """While something is answered; what it was given stays open."""
        with self._lock:
            self._requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1
                left, self._let_go = ([], self._let_go) if self._requests else (self._let_go, [])
            for session in left:
                session.close()

    def close(self) -> None:
        """Stop following, and close the connections, whatever is under way."""
        with self._lock:
            live, session, self._live, self._session = self._live, self._session, None, None
            left, self._let_go = self._let_go, []
        if live is not None:
            live.close()
        for one in (session, *left):
            if one is not None:
                one.close()

    def workspace(self) -> Workspace | None:
        """The exam folder near the bridge's own, looked for anew."""
        try:
            return Workspace.containing(exam_near(self.folder))
        except NoExamHere:
            return None

    def server(self) -> str | None:
        """The portal to go to where the folder names none; None where none is known."""
        try:
            return self._server or default_server(None, self.credentials)
        except UsageError:
            return None

    def go_to(self, server: str) -> None:
        """Go to another portal from now on, where no exam folder names one. Raises `UsageError`."""
        with self._lock:
            self._server = default_server(server, self.credentials)
            session = self._session
            if session is not None and session.workspace is None and session.server != self._server:
                self.let_go()

    def session(self) -> Session:
        """The session. Raises `UsageError` where no portal is known."""
        with self._lock:
            if self._session is None:
                self._session = self._new_session(exam_near(self.folder))
            return self._session

    def exam(self) -> Workspace:
        """The exam folder of the session. Raises `NoExamHere`."""
        workspace = self.session().workspace
        if workspace is None:
            raise NoExamHere
        return workspace

    def live(self) -> LiveBoard:
        """The board, followed from the first call on. Raises `NoExamHere`."""
        with self._lock:
            if self._live is None:
                self.exam()
                self._live = LiveBoard(self.session(), self._changed, rhythm=self._rhythm).start()
            return self._live

    def signed_in(self) -> None:
        """Somebody signed in: show at once what the portal says to them. An upload under way goes on."""
        with self._lock:
            live, session = self._live, self._session
        if live is not None and session is not None:
            with suppress(GuildmarkError):  # whoever follows will hear it
                live.hear(session.state())

    def let_go(self) -> None:
        """Look for the exam anew at the next call. Requests that run go on with what they have."""
        with self._lock:
            live, session, self._live, self._session = self._live, self._session, None, None
            if session is not None:
                self._let_go.append(session)
        if live is not None:
            live.close()

    def begin_another(self, program: str | None) -> AttemptState:
        """Register for another exam, in a folder beside the one of the exam that is over; from now on it is ours.

        Raises `Refused` where the bridge's own folder is that of the exam, so that there is no room beside it.
        """
        with self._new_session(self.folder, server=self.session().server) as beside:
            slug = beside.program(program)
            room = room_for_another(self.folder, slug)
            if room is None:
                raise is_over()
            state = beside.register(slug, room)
        self.let_go()
        return state

    def has_waiting(self) -> bool:
        """Whether a file is in the outbox, to be sent or being sent."""
        with self._lock:
            session = self._session
        if session is None or session.workspace is None:
            return False
        try:
            return bool(session.waiting())
        except (GuildmarkError, OSError):  # the folder went: there is nothing to be sent
            return False

    def _new_session(self, place: Path, *, server: str | None = None) -> Session:
        wanted = server or self._server
        return Session.open(place, server=wanted, credentials=self.credentials, patience=self._patience)


def is_over() -> Refused:
    """What to raise where an exam that is over leaves no room for another."""
    next_step = _("Open another folder to begin another exam.")
    return Refused(_("The exam of this folder is over."), next_step=next_step, code="attempt_closed")
