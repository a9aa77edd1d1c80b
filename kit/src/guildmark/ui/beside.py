"""Work beside the screen: each piece in a thread of its own, so that nothing freezes.

The threads are not the event loop's: it would wait for them at its end, with a screen that is gone. What must not be cut short
is waited for by whoever ran the dashboard (`wait`), if the candidate did not say otherwise.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

AnswerT = TypeVar("AnswerT")


class Beside:
    """The threads of one dashboard."""

    def __init__(self) -> None:
        self._going: set[threading.Thread] = set()
        self._lasting: set[threading.Thread] = set()

    @property
    def is_lasting(self) -> bool:
        """Whether something goes on that is waited for."""
        return bool(self._going & self._lasting)

    async def run(self, work: Callable[[], AnswerT], *, lasting: bool = False) -> AnswerT:
        """What `work` answers, or raises, in a thread. One that is `lasting` is waited for by `wait`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[AnswerT] = loop.create_future()

        def settle(how: Callable[[Any], None], what: object) -> None:
            self._going.discard(threading.current_thread())
            with suppress(RuntimeError):  # the screen is gone
                loop.call_soon_threadsafe(lambda: None if answer.done() else how(what))

        def body() -> None:
            try:
                answered = work()
            except Exception as error:  # noqa: BLE001  # raised where it is awaited
                settle(answer.set_exception, error)
            else:
                settle(answer.set_result, answered)

        thread = threading.Thread(target=contextvars.copy_context().run, args=(body,), daemon=True)
        self._going.add(thread)
        if lasting:
            self._lasting.add(thread)
        thread.start()
        return await answer

    def wait(self) -> None:
        """Wait for what is lasting."""
        for thread in tuple(self._lasting):
            thread.join()
