"""Following an attempt: what the portal says of it, as soon as it says it, through cuts, restarts and days of sleep.

Theory: the attempt's event stream tells the state at once and at every change; a comment in between says that the line is
alive. A stream that breaks is opened again after waits that grow. Where the way to the portal lets no stream through, or the
portal asks to come back later, the state is asked for every few seconds instead, and the stream is tried again after a minute.
Only where that question fails too is the portal away: much on the way lets everything through but streams.

Two threads feed whoever iterates: one listens; the other sends what waits in the outbox whenever the portal was heard, so that
scores and time come in while a large file goes out. Before the portal knew the attempt, nothing is sent: the folder may be a
stranger's. Nothing that goes wrong ends one of them: it is told, and tried again.
`close`, from any thread, ends them by ending their connections.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

import httpx

from guildmark.client.cutting import Connections
from guildmark.client.elapsed import elapsed_s
from guildmark.client.event_stream import EVENT_STREAM, events
from guildmark.client.facts import Sending
from guildmark.client.kept import keep, last_heard, this_machines_time
from guildmark.client.outbox import Waiting
from guildmark.client.posting import Posted, Posting, in_words
from guildmark.client.reaching import http_client
from guildmark.client.session import Session
from guildmark.client.threads import thread
from guildmark.client.transport import Patience
from guildmark.errors import GuildmarkError, NoExamHere, PortalFault, Refused, ServerUnreachable, SignInRequired
from guildmark.protocol import AttemptState, SubmissionState

if TYPE_CHECKING:
    from typing_extensions import Self

_WAITS_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_POLL_S: Final = 5.0
_POLLING_S: Final = 60.0
_SILENCE_S: Final = 40.0
"""The portal says that it is alive every 15 seconds: a line that is silent for longer is dead."""
_NEXT_TRY_S: Final = 15.0
_ENDS_S: Final = 5.0


@dataclass(frozen=True)
class Heard:
    """What is known now. `state` is what the portal said last, `age_s` seconds ago; None: it never said anything here.

    `online` is False once the portal did not answer; `since` is when that began, or when it answered again, by this machine's
    clock. `problem` is why it tells us nothing, or takes nothing of us: no answer, or no sign-in. `sending` is what goes out of
    the outbox now; `sent` and `refused` became of what waited.
    """

    state: AttemptState | None
    online: bool
    since: datetime
    age_s: float = 0.0
    problem: GuildmarkError | None = None
    sending: tuple[Sending, ...] = ()
    sent: tuple[SubmissionState, ...] = ()
    refused: tuple[Waiting, ...] = ()


@dataclass(frozen=True)
class Rhythm:
    """How often, in seconds: `waits_s` between tries, of which the last is repeated.

    Where no stream comes through, the portal is asked every `poll_s` for `polling_s`. A stream may be silent for `silence_s`.
    What could not be sent is tried again after `next_try_s`.
    """

    waits_s: tuple[float, ...] = _WAITS_S
    poll_s: float = _POLL_S
    polling_s: float = _POLLING_S
    silence_s: float = _SILENCE_S
    next_try_s: float = _NEXT_TRY_S


class _Closed(Exception):
    """Whoever follows wants no more."""


class _NoStream(Exception):
    """Nothing comes through as a stream just now."""


class Following:
    """Iterate over it, once, for everything that is heard of the session's attempt, until `close`. Raises `NoExamHere`.

    It has connections of its own. What the portal refuses does not end it: see `Heard.problem`.
    """

    def __init__(self, session: Session, *, rhythm: Rhythm | None = None) -> None:
        if session.workspace is None:
            raise NoExamHere
        self._rhythm = rhythm or Rhythm()
        self._workspace = session.workspace
        self._closed = threading.Event()
        http = http_client(session.server)
        self._connections = Connections(http)
        self._session = Session(
            session.server,
            workspace=session.workspace,
            credentials=session.credentials,
            patience=Patience(waits_s=()),
            http=http,
        )
        self._posting = Posting(self._session, self._take_posted, next_try_s=self._rhythm.next_try_s)
        self._told: SimpleQueue[Heard | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._state: AttemptState | None = None
        self._heard_at = elapsed_s()
        self._online, self._since = True, this_machines_time()
        self._is_known = False
        self._problem: GuildmarkError | None = None
        self._posted = Posted()
        self._tries = 0

    def close(self) -> None:
        """End the iteration, whatever it waits for. From any thread; a second time does nothing."""
        self._closed.set()
        self._posting.close()
        self._connections.cut()
        self._told.put(None)

    def wake(self) -> None:
        """Something came into the outbox that nobody sends: do so now, if the portal is there and knows the attempt."""
        if self._online and self._is_known:
            self._posting.wake()

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Heard]:
        threads = (thread(self._listen, "following-portal"), thread(self._posting.run, "following-outbox"))
        for one in threads:
            one.start()
        try:
            while (heard := self._told.get()) is not None:
                yield heard
        finally:
            self.close()
            for one in threads:
                one.join(_ENDS_S)
            self._session.close()

    # Listening, in a thread of its own

    def _listen(self) -> None:
        with suppress(_Closed):
            self._try(self._take_from_before)
            while True:
                self._try(self._hear)
                self._wait(self._rhythm.waits_s[min(self._tries, len(self._rhythm.waits_s) - 1)])
                self._tries += 1

    def _try(self, act: Callable[[], None]) -> None:
        """Do `act`, and tell what goes wrong with it, whatever that is; the next try is made all the same."""
        self._stop_if_closed()
        try:
            act()
        except _Closed:
            raise
        except Exception as error:  # noqa: BLE001  # nothing may end it without a word
            self._lose(in_words(error))

    def _take_from_before(self) -> None:
        last = last_heard(self._workspace)
        if last is not None:
            self._state, self._heard_at = last.state, elapsed_s() - last.age_s(this_machines_time())
            self._tell()

    def _hear(self) -> None:
        """Listen until the portal says no more."""
        try:
            self._stream()
        except (_NoStream, ServerUnreachable, PortalFault, Refused):  # what is lost, the plain question tells
            self._poll()

    def _stream(self) -> None:
        """Take what one stream tells. Raises `_NoStream` where it tells nothing, and what keeps it from being opened."""
        has_told = False
        with self._session.listen(silence_s=self._rhythm.silence_s) as response:
            if not response.headers.get("Content-Type", "").startswith(EVENT_STREAM):
                raise _NoStream
            with suppress(httpx.RequestError):
                for event in events(response.iter_lines()):
                    self._stop_if_closed()
                    if event is None:
                        self.wake()
                        continue
                    state = None if event.retry_s is not None else event.state
                    if state is None:
                        raise _NoStream
                    has_told, self._tries = True, 0
                    self._take(state)
        self._stop_if_closed()
        if not has_told:
            raise _NoStream

    def _poll(self) -> None:
        until = time.monotonic() + self._rhythm.polling_s
        while time.monotonic() < until:
            self._stop_if_closed()
            state = self._session.state()
            self._tries = 0
            if state != self._state or not (self._online and self._is_known):
                self._take(state)
            self._posting.wake()
            self._wait(self._rhythm.poll_s)

    def _take(self, state: AttemptState) -> None:
        now = this_machines_time()
        keep(self._workspace, state, heard_at=now)
        was_online, self._is_known = self._online, True
        if not was_online:
            self._online, self._since = True, now
        self._state, self._heard_at, self._problem = state, elapsed_s(), None
        self._tell()
        self._posting.wake(at_once=not was_online)

    def _lose(self, problem: GuildmarkError) -> None:
        """Say once that nothing is heard any more, and once more whenever there is another reason for it."""
        self._stop_if_closed()
        if self._online:
            self._since = this_machines_time()
        elif self._problem is not None and self._problem.code == problem.code:
            return
        self._online, self._problem = False, problem
        self._tell()

    def _take_posted(self, posted: Posted) -> None:
        """From the thread that sends."""
        self._posted = posted
        self._tell(posted)

    def _tell(self, news: Posted | None = None) -> None:
        with self._lock:
            posted, became = self._posted, news or Posted()
            problem = self._problem or (posted.stuck if isinstance(posted.stuck, SignInRequired) else None)
            heard = Heard(
                state=self._state,
                online=self._online,
                since=self._since,
                age_s=elapsed_s() - self._heard_at,
                problem=problem,
                sending=posted.sending,
                sent=became.sent,
                refused=became.refused,
            )
            self._told.put(heard)

    def _wait(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise _Closed

    def _stop_if_closed(self) -> None:
        if self._closed.is_set():
            raise _Closed
