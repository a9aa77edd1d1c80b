"""`Bridge`: each method is a verb of the session, or a few, for a front-end that shows a board."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel

from guildmark import projects
from guildmark.bridge import documents as doc
from guildmark.bridge import telling
from guildmark.bridge.rpc import NoSuchMethod
from guildmark.bridge.words import words
from guildmark.client import doctor, environment, rehearsal
from guildmark.client.address import default_server
from guildmark.client.board import Board
from guildmark.client.connection import clock_check, speed_check
from guildmark.client.credentials import Credentials
from guildmark.client.device import DeviceCode
from guildmark.client.following import Rhythm
from guildmark.client.health import Check
from guildmark.client.live_board import LiveBoard
from guildmark.client.looking import in_words, looked_at
from guildmark.client.nearby import exam_near, room_for_another
from guildmark.client.notices import Notice
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.client.workspace import Workspace
from guildmark.errors import ConfirmationNeeded, GuildmarkError, KeptInOutbox, NoExamHere, Refused, ResultPending, UsageError
from guildmark.i18n import _, language
from guildmark.protocol import AttemptState, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.version import __version__

if TYPE_CHECKING:
    from typing_extensions import Self

Notify = Callable[[str, dict[str, Any]], object]
_RESULT_WAIT_S = 60.0
AskedT = TypeVar("AskedT", bound=BaseModel)


class Bridge:
    """The session of `folder`, or of the exam folder that `prepare` makes. `notify` is called from any thread.

    Every method may raise the errors of `guildmark.errors`; close it at the end, or use it as a context.
    """

    def __init__(  # noqa: PLR0913  # where it is, whom it tells, and how long it waits
        self,
        folder: Path,
        *,
        notify: Notify,
        credentials: Credentials | None = None,
        server: str | None = None,
        patience: Patience | None = None,
        rhythm: Rhythm | None = None,
    ) -> None:
        self._folder = folder
        self._notify = notify
        self._credentials = credentials or Credentials()
        self._server = server
        self._patience = patience or Patience(tell=self._trying_again)
        self._rhythm = rhythm
        self._session: Session | None = None
        self._live: LiveBoard | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop following, and close the connections. Uploads under way are cut; another call goes on with them."""
        with self._lock:
            live, session, self._live, self._session = self._live, self._session, None, None
        if live is not None:
            live.close()
        if session is not None:
            session.close()

    def call(self, method: str, params: dict[str, Any]) -> BaseModel | None:
        """The result of `method`. Raises `NoSuchMethod`, `ValidationError` for `params`, and `GuildmarkError`."""
        try:
            asked, answer = self._METHODS[method]
        except KeyError:
            raise NoSuchMethod from None
        return answer(self, asked.model_validate(params))

    # Who and where

    def _hello(self, asked: doc.Hello) -> doc.Welcome:
        """Where things stand; from now on the board is told whenever it changes."""
        if asked.server is not None:
            self._server = default_server(asked.server, self._credentials)
        workspace = self._workspace()
        server = workspace.state.server if workspace is not None else self._known_server()
        board = None if workspace is None else self._follow().look()
        has_tokens = server is not None and self._credentials.tokens(server) is not None
        return doc.Welcome(
            version=__version__,
            folder=None if workspace is None else str(workspace.folder),
            server=server,
            signed_in=has_tokens and (board is None or board.signed_in),
            language=language().replace("_", "-"),
            words=words(),
            board=board,
        )

    def _sign_in(self, asked: doc.SignIn) -> doc.SignedIn:
        if asked.server is not None:
            self._server = default_server(asked.server, self._credentials)
            self._forget_session()
        session = self._open()

        def show(code: DeviceCode) -> None:
            self._notify("code", {"link": code.link, "user_code": code.user_code, "expires_s": code.expires_in})

        who = session.login(show)
        self._refollow()
        return doc.SignedIn(server=session.server, email=who.email, name=who.name)

    def _sign_out(self, _asked: doc.Nothing) -> None:
        server = self._open().server
        self._credentials.forget(server)

    # Before the clock

    def _programs(self, _asked: doc.Nothing) -> doc.Programs:
        session = self._open()
        offered = tuple(doc.Offered(slug=one.slug, title=one.title) for one in session.programs())
        try:
            chosen = session.program(None)
        except (UsageError, Refused):
            chosen = None
        return doc.Programs(programs=offered, chosen=chosen)

    def _rehearse(self, _asked: doc.Nothing) -> doc.CheckLines:
        lines: list[doc.CheckLine] = []

        def found(check: Check) -> None:
            lines.append(doc.CheckLine(name=check.name, good=check.good, said=check.said, fallback=check.fallback))
            self._notify("check", lines[-1].model_dump(mode="json"))

        session = self._open()
        python = None
        for seen, interpreter in doctor.on_this_machine(self._folder, doctor.pinned_for(self._folder, session)):
            found(seen)
            python = interpreter or python
        found(clock_check(session))
        found(speed_check(session))
        found(rehearsal.practise(session, python, say=self._log).check)
        return doc.CheckLines(good=all(line.good for line in lines), checks=tuple(lines))

    def _prepare(self, asked: doc.Prepare) -> doc.Prepared:
        session = self._open()
        if session.workspace is None:
            slug = session.program(asked.program)
            state = session.register(slug, asked.folder or self._folder / slug)
        else:
            state = session.state()
        if state.phase.is_over and asked.another:
            session, state = self._another(asked, session.server)
        if state.phase.is_over:
            raise _over()
        offer = session.prepare(self._progress("prepare"))
        self._follow().hear(session.state())
        return doc.Prepared(
            folder=str(self._exam().folder),
            exam_title=state.exam_title,
            size=offer.size,
            is_running=state.phase is Phase.RUNNING,
            terms=tuple(telling.terms(state)),
            has_requirements=bool(environment.requirements_of(self._exam()).strip()),
        )

    def _another(self, asked: doc.Prepare, server: str) -> tuple[Session, AttemptState]:
        """Register for another exam, in a folder beside the one of the exam that is over; from now on it is ours."""
        with Session.open(self._folder, server=server, credentials=self._credentials, patience=self._patience) as beside:
            slug = beside.program(asked.program)
            room = room_for_another(self._folder, slug)
            if room is None:
                raise _over()
            state = beside.register(slug, room)
        self._forget_session()
        return self._open(), state

    def _environment(self, _asked: doc.Nothing) -> doc.EnvironmentMade:
        """Have the exam's `.venv`, which takes minutes, before the clock or while it runs. No failure here stops an exam."""
        made = environment.make(self._exam(), say=self._log)
        return doc.EnvironmentMade(
            outcome=made.outcome.value,
            python=None if made.python is None else str(made.python),
            text=made.said,
            next_step=made.next_step,
        )

    def _begin(self, _asked: doc.Nothing) -> doc.BegunHere:
        session = self._open()
        started = session.begin()
        left = projects.write(self._exam())
        board = self._follow().hear(session.state())
        kept = tuple(str(path) for path in (*started.unpacked.kept, *left.kept))
        return doc.BegunHere(folder=str(self._exam().folder), kept=kept, board=board)

    # While it runs

    def _board(self, _asked: doc.Nothing) -> Board:
        return self._follow().board()

    def _check(self, asked: doc.Check) -> doc.CheckedText:
        session = self._open()
        return telling.checked(session.check(asked.category, self._inside(asked.file)))

    def _submit(self, asked: doc.Submit) -> doc.Submitted:
        session, live = self._open(), self._follow()
        category = self._exam().category(asked.category).id
        path = self._inside(asked.file) or session.model_of(asked.category)
        notices = session.warnings(asked.category, path)
        if not asked.anyway:
            left = live.board().clock.time_left_s
            looked = looked_at(session, asked.category, path, time_left_s=0.0 if left is None else left)
            if looked is not None and not looked.passed:
                notices = (telling.would_be_refused(in_words(looked)), *notices)
            if notices:
                raise WarningsFirst(notices)

        def changed(_state: SubmissionState) -> None:
            with suppress(GuildmarkError):  # the score comes all the same
                live.hear(session.state())

        try:
            sent = session.submit(asked.category, path, progress=self._progress("submit", category=category), changed=changed)
        except KeptInOutbox as kept:
            return doc.Submitted(submission=None, text=telling.kept(kept), notices=notices, board=live.look())
        board = live.hear(session.state())
        return doc.Submitted(submission=sent, text=telling.submitted(board, sent), notices=notices, board=board)

    def _pin(self, asked: doc.OneSubmission) -> doc.Shown:
        submissions = self._open().handed_in
        return self._shown(submissions.pin(submissions.named(asked.submission)))

    def _unpin(self, asked: doc.OneCategory) -> doc.Shown:
        _category, state = self._open().handed_in.unpin(asked.category)
        return self._shown(state)

    def _fetch(self, asked: doc.Fetch) -> doc.Fetched:
        submissions = self._open().handed_in
        found = submissions.named(asked.submission)
        workspace = self._exam()
        folder = workspace.folder / workspace.category(found.category).folder
        to = self._inside(asked.to) or folder / f"{found.id[:8]}-{found.file_name}"
        submissions.fetch(found, to, self._progress("fetch", category=found.category))
        return doc.Fetched(path=str(to))

    def _take_break(self, _asked: doc.Nothing) -> doc.Shown:
        return self._shown(self._open().take_break())

    # The end

    def _readiness(self, _asked: doc.Nothing) -> doc.ReadinessText:
        return telling.readiness(self._open().readiness())

    def _finish(self, asked: doc.Finish) -> doc.Shown:
        return self._shown(self._open().finish(confirm=asked.confirm))

    def _result(self, _asked: doc.Nothing) -> doc.ResultText:
        session = self._open()
        state = session.result(wait_s=_RESULT_WAIT_S)
        self._follow().hear(state)
        if state.result is None:
            raise ResultPending
        has_room = room_for_another(self._folder, self._exam().state.program) is not None
        return telling.result(state, state.result, page=self._page_of(session), has_room=has_room)

    def _page(self, _asked: doc.Nothing) -> doc.Page:
        return doc.Page(url=self._page_of(self._open()))

    # Inside

    def _workspace(self) -> Workspace | None:
        try:
            return Workspace.containing(exam_near(self._folder))
        except NoExamHere:
            return None

    def _known_server(self) -> str | None:
        try:
            return self._server or default_server(None, self._credentials)
        except UsageError:
            return None

    def _open(self) -> Session:
        with self._lock:
            if self._session is None:
                self._session = Session.open(
                    exam_near(self._folder), server=self._server, credentials=self._credentials, patience=self._patience
                )
            return self._session

    def _exam(self) -> Workspace:
        workspace = self._open().workspace
        if workspace is None:
            raise NoExamHere
        return workspace

    def _follow(self) -> LiveBoard:
        with self._lock:
            if self._live is None:
                self._exam()
                self._live = LiveBoard(self._open(), self._changed, rhythm=self._rhythm).start()
            return self._live

    def _refollow(self) -> None:
        """Follow as whoever is signed in now."""
        with self._lock:
            live, self._live = self._live, None
        if live is not None:
            live.close()
            self._follow()

    def _forget_session(self) -> None:
        self.close()

    def _changed(self, board: Board) -> None:
        self._notify("board", board.model_dump(mode="json"))

    def _log(self, text: str) -> None:
        self._notify("log", {"text": text})

    def _trying_again(self, seconds: float) -> None:
        said = _("The portal does not answer. Trying again for about {seconds} seconds.")
        self._log(said.format(seconds=round(seconds)))

    def _shown(self, state: AttemptState) -> doc.Shown:
        return doc.Shown(board=self._follow().hear(state))

    def _inside(self, file: Path | None) -> Path | None:
        """A path as the front-end means it: from the exam folder on."""
        return None if file is None else self._exam().folder / file

    def _page_of(self, session: Session) -> str:
        return f"{session.server}/exam/{self._exam().state.attempt}/"

    def _progress(self, task: str, *, category: str | None = None) -> Callable[[int, int], None]:
        def report(done: int, total: int) -> None:
            self._notify("progress", {"task": task, "category": category, "done": done, "total": total})

        return report

    _METHODS: ClassVar[Mapping[str, tuple[type[BaseModel], Callable[[Any, Any], BaseModel | None]]]] = {
        "hello": (doc.Hello, _hello),
        "sign_in": (doc.SignIn, _sign_in),
        "sign_out": (doc.Nothing, _sign_out),
        "programs": (doc.Nothing, _programs),
        "rehearse": (doc.Nothing, _rehearse),
        "prepare": (doc.Prepare, _prepare),
        "environment": (doc.Nothing, _environment),
        "begin": (doc.Nothing, _begin),
        "board": (doc.Nothing, _board),
        "check": (doc.Check, _check),
        "submit": (doc.Submit, _submit),
        "pin": (doc.OneSubmission, _pin),
        "unpin": (doc.OneCategory, _unpin),
        "fetch": (doc.Fetch, _fetch),
        "take_break": (doc.Nothing, _take_break),
        "readiness": (doc.Nothing, _readiness),
        "finish": (doc.Finish, _finish),
        "result": (doc.Nothing, _result),
        "page": (doc.Nothing, _page),
    }


def _over() -> Refused:
    next_step = _("Open another folder to begin another exam.")
    return Refused(_("The exam of this folder is over."), next_step=next_step, code="attempt_closed")


class WarningsFirst(ConfirmationNeeded):
    """Something speaks against handing this file in."""

    def __init__(self, notices: tuple[Notice, ...]) -> None:
        super().__init__(
            " ".join(notice.text for notice in notices), next_step=_("Submit it all the same, or another file."), code="confirm"
        )
        self.details = {"notices": [notice.model_dump(mode="json") for notice in notices]}
