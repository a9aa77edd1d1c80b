"""Sending what waits in the outbox beside everything else: in a thread of its own, with word of how far it is.

Whoever hears the portal wakes it. What failed is tried again after pauses that grow, and at once when the portal is back.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from guildmark.client.disk import not_written
from guildmark.client.facts import Sending
from guildmark.client.outbox import Waiting
from guildmark.client.pauses import Pauses
from guildmark.client.sending import Emptied
from guildmark.client.session import Session
from guildmark.errors import GuildmarkError, OurFault
from guildmark.protocol import SubmissionState

_WORD_EVERY_S: Final = 0.5


@dataclass(frozen=True)
class Posted:
    """What is on its way now, why something waits still, and what became of the rest since the last word."""

    sending: tuple[Sending, ...] = ()
    stuck: GuildmarkError | None = None
    sent: tuple[SubmissionState, ...] = ()
    refused: tuple[Waiting, ...] = ()


class Posting:
    """Run it in a thread. `tell` hears from there how it goes. What waits is tried again after `next_try_s` seconds."""

    def __init__(self, session: Session, tell: Callable[[Posted], object], *, next_try_s: float) -> None:
        self._session = session
        self._tell = tell
        self._next_try_s = next_try_s
        self._next_try = 0.0
        self._pauses = Pauses(next_try_s)
        self._word_at = 0.0
        self._stuck: GuildmarkError | None = None
        self._woken = threading.Event()
        self._is_closed = False

    def wake(self, *, at_once: bool = False) -> None:
        """The portal was heard; `at_once` where it was away before: then a try that failed is made again now."""
        if at_once:
            self._next_try, self._pauses = 0.0, Pauses(self._next_try_s)
        self._woken.set()

    def close(self) -> None:
        """Begin nothing any more. What is on its way is ended by cutting its connection."""
        self._is_closed = True
        self._woken.set()

    def run(self) -> None:
        """Send whatever waits, whenever it is woken, until `close`."""
        while not self._is_closed:
            self._woken.wait(None if self._stuck is None else max(0.0, self._next_try - time.monotonic()))
            self._woken.clear()
            if self._is_closed or time.monotonic() < self._next_try:
                continue
            try:
                self._empty()
            except Exception as error:  # noqa: BLE001  # whatever goes wrong, the next try is made
                self._note(Emptied(stopped_by=in_words(error)))

    def _empty(self) -> None:
        if self._session.waiting():
            self._note(self._session.sender.send_waiting(self._word, pauses=self._pauses))
        elif self._stuck is not None:  # another tool has sent it
            self._note(Emptied())

    def _note(self, emptied: Emptied) -> None:
        self._stuck = emptied.stopped_by
        if self._stuck is not None:
            self._next_try = time.monotonic() + self._next_try_s
        if not self._is_closed:
            self._tell(Posted(stuck=self._stuck, sent=emptied.sent, refused=emptied.refused))

    def _word(self, item: Waiting, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._is_closed and (now >= self._word_at + _WORD_EVERY_S or done == total):
            self._word_at = now
            self._tell(Posted(sending=(Sending(item.category, item.path.name, done, total),)))


def in_words(error: Exception) -> GuildmarkError:
    """What went wrong, whatever it was, as one of ours."""
    if isinstance(error, GuildmarkError):
        return error
    if isinstance(error, OSError):
        return not_written(error)
    return OurFault(f"{type(error).__name__}: {error}", code="unexpected")
