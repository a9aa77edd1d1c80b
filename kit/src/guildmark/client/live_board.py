"""A board that stays true by itself: made anew whenever the portal says something, or a file changes, or time has passed.

Two threads feed it: one follows the attempt, one looks at the folder and the clock. Whoever listens is called under the lock
that orders the boards, so a listener hands a board on and returns; it waits for nobody who might ask for a board meanwhile.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from guildmark.client.board import Board, board_of
from guildmark.client.board_notices import notices_of
from guildmark.client.elapsed import elapsed_s
from guildmark.client.facts import Facts, Local, Sending
from guildmark.client.following import Following, Heard, Rhythm
from guildmark.client.local import look_around
from guildmark.client.session import Session
from guildmark.client.threads import thread
from guildmark.client.time_left import clock_of
from guildmark.errors import GuildmarkError, NoExamHere, SignInRequired
from guildmark.protocol import AttemptState

if TYPE_CHECKING:
    from typing_extensions import Self

_LOOK_S = 1.0
_SLEPT_S = 10.0
"""A look that comes so much later than it should comes after a sleep of the machine, which the tools' clocks did not count."""
Changed = Callable[[Board], object]


class LiveBoard:
    """The board of a session's exam folder; `changed` is called with each new one. Close it, or use it as a context."""

    def __init__(self, session: Session, changed: Changed, *, rhythm: Rhythm | None = None) -> None:
        if session.workspace is None:
            raise NoExamHere
        self._session = session
        self._workspace = session.workspace
        self._changed = changed
        self._state: AttemptState | None = None
        self._heard_at = elapsed_s()
        self._offline_since: datetime | None = None
        self._problem: GuildmarkError | None = None
        self._sending: tuple[Sending, ...] = ()
        self._local: Mapping[str, Local] = {}
        self._told: Board | None = None
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._following = Following(session, rhythm=rhythm)
        self._threads = [thread(self._follow, "board-portal"), thread(self._look, "board-folder")]

    def start(self) -> "Self":
        """Begin to follow."""
        for one in self._threads:
            one.start()
        return self

    def close(self) -> None:
        """Stop; no call of `changed` begins after this one returned."""
        self._closing.set()
        self._following.close()
        for one in self._threads:
            if one.is_alive() and one is not threading.current_thread():
                one.join(timeout=5.0)

    def __enter__(self) -> "Self":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def board(self) -> Board:
        """The board as of now."""
        return board_of(self._facts())

    def _facts(self) -> Facts:
        with self._lock:
            return Facts(
                workspace=self._workspace,
                state=self._state,
                age_s=elapsed_s() - self._heard_at,
                offline_since=self._offline_since,
                problem=self._problem,
                local=self._local,
                sending=self._sending,
            )

    def hear(self, state: AttemptState) -> Board:
        """Take what the portal answered to somebody else, such as a submit, and give the board of it and of the folder."""
        seen = look_around(self._session)
        with self._lock:
            self._local, self._offline_since, self._problem = seen, None, None
            self._newest(state, age_s=0.0)
        return self._tell()

    def look(self) -> Board:
        """Look at the folder now, not at the next second, and give the board."""
        seen = look_around(self._session)
        with self._lock:
            self._local = seen
        return self._tell()

    def _follow(self) -> None:
        for heard in self._following:
            if self._closing.is_set():
                return
            with suppress(Exception):  # what is heard next is told all the same
                self._take(heard)
                self._tell()

    def _take(self, heard: Heard) -> None:
        is_outbox_news = heard.sent or heard.refused or bool(heard.sending) != bool(self._sending)
        seen = look_around(self._session) if is_outbox_news else None
        with self._lock:
            self._local = self._local if seen is None else seen
            if heard.state is not None:
                self._newest(heard.state, age_s=heard.age_s)
            self._problem = heard.problem
            answers = heard.online or isinstance(heard.problem, SignInRequired)
            self._offline_since = None if answers else heard.since
            self._sending = heard.sending

    def _newest(self, state: AttemptState, *, age_s: float) -> None:
        """Take a state unless we know a later one: what was read from the folder or the stream may come after an answer."""
        heard_at = elapsed_s() - age_s
        if self._state is None or (state.server_time, heard_at) >= (self._state.server_time, self._heard_at):
            self._state, self._heard_at = state, heard_at

    def _look(self) -> None:
        looked_at = elapsed_s()
        while not self._closing.is_set():
            before, looked_at = looked_at, elapsed_s()
            with suppress(Exception):  # a folder that cannot be read now is read at the next look
                self._look_once(has_slept=looked_at - before > _SLEPT_S)
            self._closing.wait(_LOOK_S)

    def _look_once(self, *, has_slept: bool) -> None:
        seen = look_around(self._session)
        with self._lock:
            is_news, self._local = seen != self._local, seen
        if is_news and any(one.resting for one in seen.values()):
            self._following.wake()
        if is_news or has_slept or self._is_overtaken():
            self._tell(at_any_rate=has_slept)

    def _is_overtaken(self) -> bool:
        """Whether the time that passed calls for another word than the board that was told last has."""
        with self._lock:
            told, facts = self._told, self._facts()
        clock = clock_of(facts)
        return told is not None and (told.clock.level, told.notices) != (clock.level, tuple(notices_of(facts, clock)))

    def _tell(self, *, at_any_rate: bool = False) -> Board:
        with self._lock:
            try:
                board = self.board()
            except GuildmarkError:  # the folder is being moved or mended; the next look tells
                if self._told is None:
                    raise
                return self._told
            is_news = at_any_rate or self._told is None or _still(board) != _still(self._told)
            self._told = board
            if is_news and not self._closing.is_set():
                self._changed(board)
        return board


def _still(board: Board) -> Board:
    """The board without what changes by the second, which each tool counts itself."""
    return board.model_copy(update={"clock": board.clock.model_copy(update={"time_left_s": 0.0, "text": ""})})
