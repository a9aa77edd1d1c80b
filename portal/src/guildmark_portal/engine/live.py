"""Who waits for an attempt to change, in this process: server-sent events and long-polls.

Theory: a subscription belongs to the event loop of the request that waits; notifications come from any thread (a job's
runner, a request) and only set its event there. What changed is never carried: the waiter reads the state anew, so a
notification that comes too often does no harm, and one that comes during that reading is not lost, because the event is
cleared before it.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from guildmark.protocol import AttemptState
from guildmark.rules.attempt import Phase

_KEEP_ALIVE_S = 15.0
_BREATH_S = 0.25
_PAST_THE_DEADLINE_S = 0.05

_T = TypeVar("_T")


class Subscription:
    """Waits for the next change, in the loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Say that there is something to read. From any thread."""
        try:
            self._loop.call_soon_threadsafe(self._event.set)
        except RuntimeError:
            return  # the loop ended with its request, so nobody waits

    def clear(self) -> None:
        """Forget earlier changes; call it before reading the state."""
        self._event.clear()

    async def changed(self, *, timeout_s: float) -> bool:
        """Wait for a change since `clear`; False after `timeout_s` seconds without one."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except (TimeoutError, asyncio.TimeoutError):
            return False
        return True


_lock = threading.Lock()
_subscriptions: defaultdict[UUID, set[Subscription]] = defaultdict(set)


@contextmanager
def subscribe(attempt_id: UUID) -> Iterator[Subscription]:
    """Be woken when the attempt changes, inside the block."""
    subscription = Subscription()
    with _lock:
        _subscriptions[attempt_id].add(subscription)
    try:
        yield subscription
    finally:
        with _lock:
            _subscriptions[attempt_id].discard(subscription)
            if not _subscriptions[attempt_id]:
                del _subscriptions[attempt_id]


def notify(attempt_id: UUID) -> None:
    """Wake everybody who waits for this attempt."""
    with _lock:
        waiting = tuple(_subscriptions.get(attempt_id, ()))
    for subscription in waiting:
        subscription.wake()


def on_change(attempt_id: UUID, **_kwargs: Any) -> None:
    """Listen to `exams.changes.changed`."""
    notify(attempt_id)


async def read(query: Callable[[], _T]) -> _T:
    """Run `query` in a thread of the pool and close its connection, so that a waiting request holds neither."""

    def run() -> _T:
        try:
            return query()
        finally:
            connection.close()

    return await sync_to_async(run, thread_sensitive=False)()


async def events(attempt_id: UUID, state: Callable[[], AttemptState]) -> AsyncIterator[str]:
    """The attempt as server-sent events: its state now, at every change, and when its time is up."""
    with subscribe(attempt_id) as subscription:
        while True:
            subscription.clear()
            current = await read(state)
            yield f"data: {current.model_dump_json()}\n\n"
            await asyncio.sleep(_BREATH_S)  # changes that come in a burst make one event
            while not await subscription.changed(timeout_s=_patience(current)):
                if _runs_out(current):
                    break
                yield ": still here\n\n"


def _runs_out(state: AttemptState) -> bool:
    return state.phase is Phase.RUNNING and state.time_left_s < _KEEP_ALIVE_S


def _patience(state: AttemptState) -> float:
    return state.time_left_s + _PAST_THE_DEADLINE_S if _runs_out(state) else _KEEP_ALIVE_S


async def until(attempt_id: UUID, query: Callable[[], _T], *, is_done: Callable[[_T], bool], wait_s: float) -> _T:
    """Long-poll: what `query` gives once `is_done`, or after `wait_s` seconds, whichever comes first."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + wait_s
    with subscribe(attempt_id) as subscription:
        while True:
            subscription.clear()
            found = await read(query)
            left = ends - loop.time()
            if is_done(found) or left <= 0:
                return found
            await subscription.changed(timeout_s=left)
