"""Threads in which requests are worked on, lent to one request at a time and used again.

Theory of operation. Django gives every request a thread of its own, and ends it with the request; with it goes the connection
to the database, and whatever was compiled for it. Opening both anew costs more than most answers. So threads are kept here,
each with its connection. `RequestThreads` stands around everything; a thread comes back when all work of its request is done,
also of one whose client has gone, and no more of them are kept than idle ones are of use. It has to be the outermost: the
server begins a connection's next request in the context of the one before, whose thread somebody else may have by then.

From the event loop Django calls each middleware that knows both ways, and sends it to the request's thread and back, before
and after the view. `in_one_thread`, the innermost one, can only be called in a thread: so all that stand around it call each
other there directly, and the loop hands a request over once.
"""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from asgiref.sync import ThreadSensitiveContext
from django.db import close_old_connections, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
GetResponse = Callable[[HttpRequest], HttpResponseBase]

KEPT: Final = 8


class RequestThreads:
    """Wraps an ASGI application; of its threads at most `kept` wait for the next request."""

    def __init__(self, application: Application, *, kept: int = KEPT) -> None:
        self._application, self._kept = application, kept
        self._idle: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Have the request worked on in a thread that no other has meanwhile."""
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._application(scope, receive, send)
        finally:
            thread.submit(close_old_connections).add_done_callback(lambda _done: self._take_back(thread))

    def close(self) -> None:
        """End the threads that wait, and their connections."""
        while self._idle:
            _end(self._idle.pop()).shutdown()

    def _take_back(self, thread: ThreadPoolExecutor) -> None:
        if len(self._idle) < self._kept:
            self._idle.append(thread)
        else:
            _end(thread).shutdown(wait=False)


def _end(thread: ThreadPoolExecutor) -> ThreadPoolExecutor:
    thread.submit(connections.close_all)
    return thread


def in_one_thread(get_response: GetResponse) -> GetResponse:
    """Django takes a middleware that says nothing of coroutines for one that must not be called from the loop."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    return middleware
