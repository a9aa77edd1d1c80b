"""`Bridge`: each method is a verb of the session, or a few, for a front-end that shows a board."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel

from guildmark import projects
from guildmark.bridge import documents as doc
from guildmark.bridge import telling
from guildmark.bridge.fetching import place_for
from guildmark.bridge.holding import Held, is_over
from guildmark.bridge.rehearsing import rehearse
from guildmark.bridge.rpc import NoSuchMethod
from guildmark.bridge.submitting import hand_in
from guildmark.bridge.words import words
from guildmark.client import ending_told, environment
from guildmark.client.address import overheard
from guildmark.client.board import Board
from guildmark.client.credentials import Credentials
from guildmark.client.device import DeviceCode
from guildmark.client.following import Rhythm
from guildmark.client.nearby import home_of, room_for_another
from guildmark.client.session import Session
from guildmark.client.signing_out import sign_out
from guildmark.client.transport import Patience
from guildmark.errors import Refused, ResultPending, UsageError
from guildmark.i18n import _, language
from guildmark.protocol import AttemptState
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
        self._notify = notify
        self._held = Held(
            folder,
            changed=self._changed,
            credentials=credentials or Credentials(),
            server=server,
            patience=patience or Patience(tell=self._trying_again),
            rhythm=rhythm,
        )

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop following, and close the connections. Uploads under way are cut; another call goes on with them."""
        self._held.close()

    def has_waiting(self) -> bool:
        """Whether a file of the exam waits here to be sent, or is being sent: closing now would leave it to another tool."""
        return self._held.has_waiting()

    def call(self, method: str, params: dict[str, Any]) -> BaseModel | None:
        """The result of `method`. Raises `NoSuchMethod`, `ValidationError` for `params`, and `GuildmarkError`."""
        try:
            asked, answer = self._METHODS[method]
        except KeyError:
            raise NoSuchMethod from None
        with self._held.request():
            return answer(self, asked.model_validate(params))

    # Who and where

    def _hello(self, asked: doc.Hello) -> doc.Welcome:
        """Where things stand; from now on the board is told whenever it changes."""
        if asked.server is not None:
            self._held.go_to(asked.server)
        workspace = self._held.workspace()
        server = workspace.state.server if workspace is not None else self._held.server()
        board = None if workspace is None else self._held.live().look()
        has_tokens = server is not None and self._held.credentials.tokens(server) is not None
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
            self._held.go_to(asked.server)
        session = self._held.session()

        def show(code: DeviceCode) -> None:
            what = {"link": code.link, "user_code": code.user_code, "expires_s": code.expires_in}
            self._notify("code", {**what, "warning": overheard(session.server)})

        who = session.login(show)
        self._held.signed_in()
        return doc.SignedIn(server=session.server, email=who.email, name=who.name)

    def _sign_out(self, _asked: doc.Nothing) -> doc.SignedOut:
        done = sign_out(self._held.session().server, self._held.credentials)
        return doc.SignedOut(text="" if done.is_over else done.said)

    # Before the clock

    def _programs(self, _asked: doc.Nothing) -> doc.Programs:
        session = self._held.session()
        offered = tuple(doc.Offered(slug=one.slug, title=one.title) for one in session.programs())
        try:
            chosen = session.program(None)
        except (UsageError, Refused):
            chosen = None
        return doc.Programs(programs=offered, chosen=chosen)

    def _rehearse(self, _asked: doc.Nothing) -> doc.CheckLines:
        return rehearse(self._held, told=self._notify, say=self._log)

    def _prepare(self, asked: doc.Prepare) -> doc.Prepared:
        session = self._held.session()
        if session.workspace is None:
            slug = session.program(asked.program)
            state = session.register(slug, asked.folder or home_of(self._held.folder, slug))
        else:
            state = session.state()
        if state.phase.is_over and asked.another:
            state = self._held.begin_another(asked.program)
            session = self._held.session()
        if state.phase.is_over:
            raise is_over()
        offer = session.prepare(self._progress("prepare"))
        self._held.live().hear(session.state())
        return doc.Prepared(
            folder=str(self._held.exam().folder),
            exam_title=state.exam_title,
            size=offer.size,
            is_running=state.phase is Phase.RUNNING,
            terms=tuple(telling.terms(state)),
            has_requirements=bool(environment.requirements_of(self._held.exam()).strip()),
        )

    def _environment(self, _asked: doc.Nothing) -> doc.EnvironmentMade:
        """Have the exam's `.venv`, which takes minutes, before the clock or while it runs. No failure here stops an exam."""
        made = environment.make(self._held.exam(), say=self._log)
        return doc.EnvironmentMade(
            outcome=made.outcome.value,
            python=None if made.python is None else str(made.python),
            text=made.said,
            next_step=made.next_step,
        )

    def _begin(self, _asked: doc.Nothing) -> doc.BegunHere:
        session = self._held.session()
        started = session.begin()
        left = projects.write(self._held.exam())
        board = self._held.live().hear(session.state())
        kept = tuple(str(path) for path in (*started.unpacked.kept, *left.kept))
        return doc.BegunHere(folder=str(self._held.exam().folder), kept=kept, board=board)

    # While it runs

    def _board(self, _asked: doc.Nothing) -> Board:
        return self._held.live().board()

    def _check(self, asked: doc.Check) -> doc.CheckedText:
        session = self._held.session()
        return telling.checked(session.check(asked.category, self._inside(asked.file)))

    def _submit(self, asked: doc.Submit) -> doc.Submitted:
        return hand_in(
            self._held, asked, progress=lambda category: self._progress("submit", category=category), held_up=self._held_up
        )

    def _pin(self, asked: doc.OneSubmission) -> doc.Shown:
        submissions = self._held.session().handed_in
        return self._shown(submissions.pin(submissions.named(asked.submission)))

    def _unpin(self, asked: doc.OneCategory) -> doc.Shown:
        _category, state = self._held.session().handed_in.unpin(asked.category)
        return self._shown(state)

    def _fetch(self, asked: doc.Fetch) -> doc.Fetched:
        submissions = self._held.session().handed_in
        found = submissions.named(asked.submission)
        workspace = self._held.exam()
        folder = workspace.folder / workspace.category(found.category).folder
        to = self._inside(asked.to)
        if to is None:
            to, is_there = place_for(found, folder)
            if is_there:
                return doc.Fetched(path=str(to))
        submissions.fetch(found, to, self._progress("fetch", category=found.category))
        return doc.Fetched(path=str(to))

    def _take_break(self, _asked: doc.Nothing) -> doc.Shown:
        return self._shown(self._held.session().take_break())

    # The end

    def _readiness(self, _asked: doc.Nothing) -> doc.ReadinessText:
        session = self._held.session()
        return telling.readiness(session.readiness(), session.waiting())

    def _finish(self, asked: doc.Finish) -> doc.Shown:
        state = self._held.session().finish(
            confirm=asked.confirm, leave_waiting=asked.leave_waiting, held_up=lambda: self._log(ending_told.held_up())
        )
        return self._shown(state)

    def _result(self, _asked: doc.Nothing) -> doc.ResultText:
        session = self._held.session()
        state = session.result(wait_s=_RESULT_WAIT_S)
        self._held.live().hear(state)
        if state.result is None:
            raise ResultPending
        has_room = room_for_another(self._held.folder, self._held.exam().state.program) is not None
        return telling.result(state, state.result, page=self._page_of(session), has_room=has_room)

    def _page(self, _asked: doc.Nothing) -> doc.Page:
        return doc.Page(url=self._page_of(self._held.session()))

    # Inside

    def _changed(self, board: Board) -> None:
        self._notify("board", board.model_dump(mode="json"))

    def _log(self, text: str) -> None:
        self._notify("log", {"text": text})

    def _held_up(self) -> None:
        self._log(_("Another tool sends a file in this category. This one is sent after it."))

    def _trying_again(self, seconds: float) -> None:
        said = _("The portal does not answer. Trying again for about {seconds} seconds.")
        self._log(said.format(seconds=round(seconds)))

    def _shown(self, state: AttemptState) -> doc.Shown:
        return doc.Shown(board=self._held.live().hear(state))

    def _inside(self, file: Path | None) -> Path | None:
        """A path as the front-end means it: from the exam folder on."""
        return None if file is None else self._held.exam().folder / file

    def _page_of(self, session: Session) -> str:
        return f"{session.server}/exam/{self._held.exam().state.attempt}/"

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
