"""Who waits for an attempt to change, in this process: server-sent events and long-polls.

Theory: a subscription belongs to the event loop of the request that waits; notifications come from any thread (a job's
runner, a request) and only set its event there. What changed is never carried: the waiter reads the state anew, so a
notification that comes too often does no harm, and one that comes during that reading is not lost, because the event is
cleared before it.

A stream reads a moment after something changed, so that what comes together (an upload is opened, accepted, and its grading
begins) is read once, and does not compete with that very grading for the processor; for a score nobody waits that moment. Only
who would read more than `_FREE` times in a row is held back longer.

An attempt has at most `MOST` waiters. One more takes the place of the one that came first: of a page that was left open, or
whose device is gone, and which comes back later if somebody looks at it.
"""

import asyncio
import math
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

from guildmark.protocol import AttemptState
from guildmark.rules.attempt import Phase

_KEEP_ALIVE_S = 15.0
_TOGETHER_S = 0.08
_TOGETHER_AT_MOST_S = 0.2
_FREE = 5
_REFILL_S = 0.25
_PAST_THE_END_S = 0.05
MOST: Final = 12
_COME_BACK: Final = "retry: 60000\n\n"

_T = TypeVar("_T")


class Subscription:
    """Waits for the next change, in the loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event, self._haste = asyncio.Event(), asyncio.Event()
        self.is_over, self.last_word = False, ""

    def wake(self, *, at_once: bool = False) -> None:
        """Say that there is something to read. From any thread."""
        try:
            self._loop.call_soon_threadsafe(self._set, at_once)
        except RuntimeError:
            return  # the loop ended with its request, so nobody waits

    def end(self, last_word: str = "") -> None:
        """Have the waiter give its place up, and tell whoever listens a last word. From any thread."""
        self.is_over, self.last_word = True, last_word
        self.wake(at_once=True)

    def _set(self, at_once: bool) -> None:  # noqa: FBT001 - called by the loop
        self._event.set()
        if at_once:
            self._haste.set()

    def clear(self) -> None:
        """Forget earlier changes; call it before reading the state."""
        self._event.clear()
        self._haste.clear()

    async def changed(self, *, timeout_s: float) -> bool:
        """Wait for a change since `clear`, or the end; False after `timeout_s` seconds without one."""
        return self.is_over or await _set_within(self._event, timeout_s)

    async def together(self) -> None:
        """Wait until nothing more comes together with a change, unless one is to be read at once."""
        until = self._loop.time() + _TOGETHER_AT_MOST_S
        while not self._haste.is_set() and (left_s := until - self._loop.time()) > 0:
            self._event.clear()
            if not await _set_within(self._event, min(_TOGETHER_S, left_s)):
                return


async def _set_within(event: asyncio.Event, timeout_s: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except (TimeoutError, asyncio.TimeoutError):
        return False
    return True


_lock = threading.Lock()
_subscriptions: defaultdict[UUID, dict[Subscription, None]] = defaultdict(dict)  # in the order in which they came


@contextmanager
def subscribe(attempt_id: UUID) -> Iterator[Subscription]:
    """Be woken when the attempt changes, inside the block."""
    subscription = Subscription()
    with _lock:
        mine = _subscriptions[attempt_id]
        first = next(iter(mine)) if len(mine) >= MOST else None
        mine[subscription] = None
        if first is not None:
            del mine[first]
    if first is not None:
        first.end(_COME_BACK)
    try:
        yield subscription
    finally:
        with _lock:
            _subscriptions[attempt_id].pop(subscription, None)
            if not _subscriptions[attempt_id]:
                del _subscriptions[attempt_id]


def notify(attempt_id: UUID, *, at_once: bool = False) -> None:
    """Wake everybody who waits for this attempt; `at_once` is for what they wait for most, a score."""
    with _lock:
        waiting = tuple(_subscriptions.get(attempt_id, ()))
    for subscription in waiting:
        subscription.wake(at_once=at_once)


def end_all() -> None:
    """Let everybody go who waits, because the portal stops; pages come back by themselves, to the next one."""
    with _lock:
        waiting = [subscription for mine in _subscriptions.values() for subscription in mine]
    for subscription in waiting:
        subscription.end()


def followed(attempts: Collection[UUID]) -> tuple[UUID, ...]:
    """Those of `attempts` that somebody waits for, in their order."""
    with _lock:
        return tuple(attempt for attempt in attempts if attempt in _subscriptions)


def is_followed() -> bool:
    """Whether anybody waits for anything."""
    with _lock:
        return bool(_subscriptions)


def on_change(attempt_id: UUID, **_kwargs: Any) -> None:
    """Listen to `exams.changes.changed`."""
    notify(attempt_id)


async def read(query: Callable[[], _T]) -> _T:
    """Run `query` in a thread of the pool, which keeps its connection: a request that waits holds neither."""

    def run() -> _T:
        try:
            return query()
        finally:
            close_old_connections()

    return await sync_to_async(run, thread_sensitive=False)()


def _leave_the_database() -> None:
    """Close the connection of the request's thread, which only waits from now on."""
    if not connection.in_atomic_block:
        connection.close()


class Bucket:
    """How many readings a stream may make in a row: `_FREE`, and one more every `_REFILL_S` seconds."""

    def __init__(self, *, now: float) -> None:
        self._left, self._at = float(_FREE), now

    def take(self, *, now: float) -> float:
        """Take one, and say how many seconds to wait before it may be used."""
        self._left = min(float(_FREE), self._left + (now - self._at) / _REFILL_S) - 1
        self._at = now
        return max(0.0, -self._left * _REFILL_S)


@dataclass(frozen=True)
class Told:
    """What a reading tells who listens: the event, empty where nothing is new; `ends_in_s`, until when it is true by itself.

    After one that `is_last` nothing more is told.
    """

    event: str
    ends_in_s: float | None = None
    is_last: bool = False

    @classmethod
    def of(cls, state: AttemptState, event: str) -> "Told":
        """`event`, about the attempt as it is in `state`, until the time is up or a break ends.

        Where the time stands still, it is not up by itself; a break ends all the same.
        """
        ends = [state.time_left_s] if state.phase is Phase.RUNNING and state.outage_since is None else []
        if state.break_until is not None:
            ends.append((state.break_until - state.server_time).total_seconds())
        return cls(event, min(ends, default=None))


async def events(attempt_id: UUID, tell: Callable[[], Told]) -> AsyncIterator[str]:
    """The attempt as server-sent events: what `tell` says of it now, at every change, and when that ends by itself."""
    loop = asyncio.get_running_loop()
    bucket = Bucket(now=loop.time())
    await sync_to_async(_leave_the_database)()
    with subscribe(attempt_id) as subscription:
        while not subscription.is_over:
            await asyncio.sleep(bucket.take(now=loop.time()))
            subscription.clear()
            told = await read(tell)
            if told.event:
                yield told.event
            if told.is_last:
                return
            ends = math.inf if told.ends_in_s is None else loop.time() + told.ends_in_s + _PAST_THE_END_S
            while not await subscription.changed(timeout_s=min(_KEEP_ALIVE_S, ends - loop.time())):
                if loop.time() >= ends:
                    break
                yield ": still here\n\n"
            else:
                await subscription.together()
        if subscription.last_word:
            yield subscription.last_word


async def until(attempt_id: UUID, query: Callable[[], _T], *, is_done: Callable[[_T], bool], wait_s: float) -> _T:
    """Long-poll: what `query` gives once `is_done`, or after `wait_s` seconds, whichever comes first."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + wait_s
    with subscribe(attempt_id) as subscription:
        while True:
            subscription.clear()
            found = await read(query)
            left = ends - loop.time()
            if is_done(found) or left <= 0 or subscription.is_over:
                return found
            await subscription.changed(timeout_s=left)
