"""Following an attempt: what the portal says of it, as soon as it says it, through cuts, restarts and days of sleep.

Theory: the attempt's event stream tells the state at once and at every change; a comment in between says that the line is
alive. A stream that breaks is opened again after waits that grow. Where the way to the portal lets no stream through, or the
portal asks to come back later, the state is asked for every few seconds instead, and the stream is tried again after a minute.
Whenever something is heard, what waits in the outbox is sent.

There is no thread here: whoever iterates waits. `close`, from any thread, ends the wait by ending its connection.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import httpx
from pydantic import ValidationError

from guildmark.client.kept import keep, last_heard, this_machines_time
from guildmark.client.outbox import Waiting
from guildmark.client.sending import Emptied
from guildmark.client.session import Session
from guildmark.client.transport import Patience, http_client
from guildmark.errors import GuildmarkError, NoExamHere, ServerUnreachable
from guildmark.protocol import AttemptState, SubmissionState

if TYPE_CHECKING:
    from typing_extensions import Self

_WAITS_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_POLL_S: Final = 5.0
_POLLING_S: Final = 60.0
_SILENCE_S: Final = 40.0
"""The portal says that it is alive every 15 seconds: a line that is silent for longer is dead."""
_NEXT_TRY_S: Final = 15.0
_EVENT_STREAM: Final = "text/event-stream"


@dataclass(frozen=True)
class Heard:
    """What is known now. `state` is what the portal said last, `age_s` seconds ago; None: it never said anything here.

    `online` is False once the portal did not answer; `since` is when that began, or when it answered again, by this machine's
    clock. `problem` is why it tells us nothing: no answer, or no sign-in. `sent` and `refused` became of what waited.
    """

    state: AttemptState | None
    online: bool
    since: datetime
    age_s: float = 0.0
    problem: GuildmarkError | None = None
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
    """Iterate over it for everything that is heard of the session's attempt, until `close`. Raises `NoExamHere`.

    It has connections of its own. What the portal refuses does not end it: see `Heard.problem`.
    """

    def __init__(self, session: Session, *, rhythm: Rhythm | None = None) -> None:
        if session.workspace is None:
            raise NoExamHere
        self._rhythm = rhythm or Rhythm()
        self._workspace = session.workspace
        self._closed = threading.Event()
        self._lines: dict[int, Any] = {}
        http = http_client(session.server)
        http.event_hooks = {"request": [self._watch]}
        self._session = Session(
            session.server,
            workspace=session.workspace,
            credentials=session.credentials,
            patience=Patience(waits_s=()),
            http=http,
        )
        self._state: AttemptState | None = None
        self._heard_at = time.monotonic()
        self._online, self._since = True, this_machines_time()
        self._reason = ""
        self._next_try = 0.0

    def close(self) -> None:
        """End the iteration, whatever it waits for. From any thread; a second time does nothing."""
        self._closed.set()
        for line in tuple(self._lines.values()):
            with suppress(OSError, AttributeError):
                line.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Heard]:
        try:
            yield from self._from_before()
            yield from self._all()
        except _Closed:
            return
        finally:
            self._session.close()

    def _from_before(self) -> Iterator[Heard]:
        last = last_heard(self._workspace)
        if last is not None:
            age_s = last.age_s(this_machines_time())
            self._state, self._heard_at = last.state, time.monotonic() - age_s
            yield self._now()

    def _all(self) -> Iterator[Heard]:
        tries = 0
        while not self._closed.is_set():
            try:
                for heard in self._streamed():
                    tries = 0
                    yield heard
            except _NoStream:
                tries = 0
                try:
                    yield from self._polled()
                except GuildmarkError as error:
                    yield from self._lost(error)
            except GuildmarkError as error:
                yield from self._lost(error)
            self._wait(self._rhythm.waits_s[min(tries, len(self._rhythm.waits_s) - 1)])
            tries += 1

    def _streamed(self) -> Iterator[Heard]:
        """What one stream tells. Raises `_NoStream` where it tells nothing, and what keeps it from being opened."""
        has_told = False
        with self._session.listen(silence_s=self._rhythm.silence_s) as response:
            if not response.headers.get("Content-Type", "").startswith(_EVENT_STREAM):
                raise _NoStream
            with suppress(httpx.TransportError):
                for event in _events(response.iter_lines()):
                    self._stop_if_closed()
                    if event is None:
                        yield from self._sent()
                        continue
                    if event.retry_s is not None:
                        raise _NoStream
                    state = _state_in(event.data)
                    if state is None:
                        raise _NoStream
                    has_told = True
                    yield self._take(state)
                    yield from self._sent()
        self._stop_if_closed()
        if not has_told:
            raise _NoStream

    def _polled(self) -> Iterator[Heard]:
        until = time.monotonic() + self._rhythm.polling_s
        while time.monotonic() < until:
            self._stop_if_closed()
            state = self._session.state()
            if state != self._state or not self._online:
                yield self._take(state)
            yield from self._sent()
            self._wait(self._rhythm.poll_s)

    def _take(self, state: AttemptState) -> Heard:
        now = this_machines_time()
        if not self._online:
            self._online, self._since = True, now
        self._state, self._heard_at = state, time.monotonic()
        keep(self._workspace, state, heard_at=now)
        return self._now()

    def _lost(self, error: GuildmarkError) -> Iterator[Heard]:
        """Say once that nothing is heard any more, and once more whenever there is another reason for it."""
        self._stop_if_closed()
        if self._online:
            self._since = this_machines_time()
        if self._online or error.code != self._reason:
            self._online, self._reason = False, error.code
            yield self._now(problem=error)

    def _sent(self) -> Iterator[Heard]:
        """Send what waits; a failure is tried again no sooner than `next_try_s` later."""
        sender = self._session.sender
        if time.monotonic() < self._next_try or not sender.outbox.waiting():
            return
        emptied = sender.send_waiting(self._stop_between)
        self._stop_if_closed()
        if emptied.stopped_by is not None:
            self._next_try = time.monotonic() + self._rhythm.next_try_s
        if emptied.sent or emptied.refused:
            yield self._now(emptied)

    def _now(self, emptied: Emptied | None = None, *, problem: GuildmarkError | None = None) -> Heard:
        became = emptied or Emptied()
        age_s = time.monotonic() - self._heard_at
        return Heard(self._state, self._online, self._since, age_s, problem, became.sent, became.refused)

    def _wait(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise _Closed

    def _stop_if_closed(self) -> None:
        if self._closed.is_set():
            raise _Closed

    def _stop_between(self, _item: Waiting, _done: int, _total: int) -> None:
        self._stop_if_closed()

    def _watch(self, request: httpx.Request) -> None:
        """Know the sockets of our requests, to end what waits for one of them."""
        if self._closed.is_set():
            raise ServerUnreachable
        request.extensions["trace"] = self._trace

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            line = info["return_value"]
            self._lines = {known: one for known, one in self._lines.items() if _is_open(one)} | {id(line): line}
            if self._closed.is_set():
                self.close()


def _is_open(line: Any) -> bool:
    try:
        return bool(line.get_extra_info("socket").fileno() >= 0)
    except (OSError, AttributeError):
        return False


@dataclass(frozen=True)
class _Event:
    data: str
    retry_s: float | None = None


def _events(lines: Iterator[str]) -> Iterator[_Event | None]:
    """Server-sent events of a stream; None for a comment, which says that the line is alive."""
    data: list[str] = []
    for line in lines:
        field, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line and data:
            yield _Event("\n".join(data))
            data = []
        elif line.startswith(":"):
            yield None
        elif field == "data":
            data.append(value)
        elif field == "retry" and value.isdecimal():
            yield _Event("", retry_s=int(value) / 1000)


def _state_in(data: str) -> AttemptState | None:
    try:
        return AttemptState.model_validate_json(data)
    except ValidationError:  # a later version says more than we understand: the API answers in ours
        return None
