"""A bound on what a request may send, kept before anything of it is stored.

Theory of operation. Django's ASGI handler keeps a whole body before it asks who sends it. So without a bound anybody could
fill the memory or the disk. Here, outside of Django, a body has to

    be no larger than its address can use          `limit_of`
    come from somebody, where it is large          `senders`: strangers send forms, and files to `/verify/` alone
    find room among the bodies that are arriving   `Room`, in all and for one sender
    keep coming                                    `_Patience`: time waited, against bytes that came
    be in UTF-8, where it is a form                Django would fail over it, and again over the page that says so

What is not taken is not read: the application gets the request without its body and answers as it would to anybody without
rights; or, where rights are not the point, says why (`REFUSED` in the scope, see `web.refused_bodies`). The server reads the
rest of the body and forgets it, so that a browser, which listens no earlier, hears the answer.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.utils.http import parse_header_parameters

from guildmark_portal.web.refused_bodies import REFUSED, Reason, explained

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
SenderOf = Callable[[Scope], Awaitable[str | None]]
"""Who sends the request, as a key; None for a stranger."""

MIB: Final = 1024 * 1024
LONGEST_BODY: Final = MIB
LONGEST_PIECE: Final = 32 * MIB
"""Of an upload; clients send a few MiB at a time."""
LONGEST_FORM_WITH_FILE: Final = 512 * MIB
LONGEST_FORM_WITH_PAPERS: Final = 50 * MIB
"""Four pictures of a document, of 12 MiB each."""
LONGEST_FORM_WITH_PHOTO: Final = 13 * MIB
"""One picture of 12 MiB."""
LONGEST_FORM_WITH_CERTIFICATE: Final = 6 * MIB
"""One file of 5 MiB; strangers send these too, all of them as one sender: see `senders`."""
HELD_OF_A_PIECE: Final = 8 * MIB
"""What `pieces` has of one in memory: a part that is put away, and the next."""

IN_MEMORY: Final = 512 * MIB
"""Large bodies that are held in memory at the same time: those no longer than FILE_UPLOAD_MAX_MEMORY_SIZE."""
ON_DISK: Final = 4096 * MIB
SHARES: Final = 8
"""One sender holds no more than one of so many equal shares: one form with papers, or one model, and some pieces of uploads."""

FIRST_WAIT_S: Final = 60.0
SLOWEST: Final = 8 * 1024
"""Bytes a second, on the whole, once the first wait is over."""
_OF_THE_BODY: Final = {b"content-length", b"content-type", b"transfer-encoding"}
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}
_LONGEST_NUMBER: Final = 18  # digits: what 64 bits hold


class _TooLarge(Exception):
    """More came than the address can use."""


class _NoRoom(Exception):
    """Too many large bodies are arriving already."""


class Room:
    """Bytes of large bodies that may be arriving at once, by where they are held; of one sender at most a share of them."""

    def __init__(self, *, in_memory: int = IN_MEMORY, on_disk: int = ON_DISK, shares: int = SHARES) -> None:
        self._most, self._shares = {True: in_memory, False: on_disk}, shares
        self._taken, self._of = Counter[bool](), Counter[tuple[str, bool]]()

    @contextmanager
    def held(self, sender: str, size: int) -> Iterator[None]:
        """Hold room for a body of `size` bytes. Raises `_NoRoom`."""
        is_in_memory = size <= LONGEST_FORM_WITH_PAPERS
        most, own = self._most[is_in_memory], (sender, is_in_memory)
        if self._taken[is_in_memory] + size > most or self._of[own] + size > most // self._shares:
            raise _NoRoom
        self._taken[is_in_memory] += size
        self._of[own] += size
        try:
            yield
        finally:
            self._taken[is_in_memory] -= size
            self._of[own] -= size
            self._of += Counter()  # forgets who sends nothing any more


class BodyLimit:
    """Wraps an ASGI application. `sender_of` says who may send much; `first_wait_s` is the patience with a silent sender."""

    def __init__(
        self,
        application: Application,
        *,
        sender_of: SenderOf,
        room: Room | None = None,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self._application = application
        self._sender_of = sender_of
        self._room = room or Room()
        self._first_wait_s = first_wait_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, its body counted; or without its body."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if not _is_in_utf8(scope):
            await self._without_body(scope, send, Reason.NOT_UTF8)
            return
        limit, declared = limit_of(scope), _declared(scope)
        if declared is None and scope["method"] != "PATCH":  # whoever sends a file says how long it is
            limit = min(limit, LONGEST_BODY)
        if declared is not None and declared > limit:
            await self._without_body(scope, send, Reason.TOO_LARGE)
        elif limit == LONGEST_BODY or (declared is not None and declared <= LONGEST_BODY):
            await self._counted(scope, receive, send, limit)
        else:
            await self._large(scope, receive, send, limit)

    async def _large(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        sender = await self._sender_of(scope)
        if sender is None:
            await self._without_body(scope, send)
            return
        size = min(_declared(scope) or limit, HELD_OF_A_PIECE if scope["method"] == "PATCH" else limit)
        try:
            with self._room.held(sender, size):
                await self._counted(scope, receive, send, limit)
        except _NoRoom:
            await self._without_body(scope, send, Reason.NO_ROOM)

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        patience, has_answered = _Patience(receive, limit, self._first_wait_s), False

        async def watched(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        try:
            await self._application(scope, patience.receive, watched)
        except _TooLarge:
            if not has_answered:
                await _refuse(send, Reason.TOO_LARGE)
        if patience.is_over and not has_answered:
            await _refuse(send, Reason.TOO_SLOW)

    async def _without_body(self, scope: Scope, send: Send, reason: Reason | None = None) -> None:
        if reason is not None and scope["path"].startswith("/api/"):
            await _refuse(send, reason)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _OF_THE_BODY]
        marked = {REFUSED: reason} if reason is not None else {}
        empty = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            return empty.pop() if empty else await asyncio.Future[Message]()

        await self._application({**scope, **marked, "headers": [*headers, (b"content-length", b"0")]}, receive, send)


class _Patience:
    """Receives a body, of at most `limit` bytes, from a sender who keeps sending; another one is cut off, like a connection.

    Only the time spent waiting for bytes counts, not what the portal does with them.
    """

    def __init__(self, receive: Receive, limit: int, first_wait_s: float) -> None:
        self._receive, self._limit, self._first_wait_s = receive, limit, first_wait_s
        self._received, self._waited_s, self._has_ended, self.is_over = 0, 0.0, False, False

    async def receive(self) -> Message:
        """The next message. Raises `_TooLarge`."""
        if self._has_ended:
            return await self._receive()  # whether the sender is still there
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._first_wait_s + self._received / SLOWEST - self._waited_s):
                message = await self._receive()
        except TimeoutError:
            self.is_over = True
            return {"type": "http.disconnect"}
        self._waited_s += time.monotonic() - began
        self._received += len(message.get("body", b""))
        self._has_ended = not message.get("more_body", False)
        if self._received > self._limit:
            raise _TooLarge
        return message


def limit_of(scope: Scope) -> int:
    """The longest body, in bytes, that the address takes."""
    method, path = scope["method"], scope["path"]
    if method == "PATCH" and path.startswith("/api/v1/uploads/"):
        return LONGEST_PIECE
    if method == "POST" and path.startswith("/exam/"):
        return LONGEST_FORM_WITH_FILE
    if method == "POST" and path.startswith(("/identity/document/", "/help/")):
        return LONGEST_FORM_WITH_PAPERS
    if method == "POST" and path.startswith(("/identity/photo/", "/identity/camera/")):
        return LONGEST_FORM_WITH_PHOTO
    if method == "POST" and path == "/verify/":
        return LONGEST_FORM_WITH_CERTIFICATE
    return LONGEST_BODY


def _declared(scope: Scope) -> int | None:
    """The length that the sender announced; None where it was not, or is no number."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() and len(lengths[0]) <= _LONGEST_NUMBER else None


def _is_in_utf8(scope: Scope) -> bool:
    """Whether the type that is announced can be read, as Django reads it, and names no other encoding for a form."""
    announced = b",".join(value for name, value in scope["headers"] if name == b"content-type")
    try:
        kind, parameters = parse_header_parameters(announced.decode("latin-1"))
    except ValueError:
        return False
    return kind not in _FORMS or parameters.get("charset", "utf-8").lower() == "utf-8"


async def _refuse(send: Send, reason: Reason) -> None:
    """Answer a program; the application, which would answer in the sender's language, has not seen the request."""
    status, told = explained(reason)
    body = json.dumps(told.model_dump()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
