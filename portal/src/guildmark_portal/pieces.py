"""The bytes of an upload, put away while they arrive, so that a connection that breaks loses none of those that came.

Theory of operation. Django reads a body whole before it looks at a request, and drops a request whose body was cut. So a
PATCH of an upload is given to it in parts: what has arrived within a second, or 4 MiB if they come sooner, is a whole
request of its own, with the offset at which this part begins. The sender sees one request and gets the answer to its last
part; a part that is refused ends the handing on, and is answered once the sender has said everything, because many
senders listen no earlier. What came before a cut is a last part like any other, only that nobody hears its answer.

A reader takes bytes from the connection while a part is being put away: what the server has not handed over when a
connection ends is forgotten. It reads no more than one part ahead.

Every request bears the instant at which its last byte arrived (`arrival.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from guildmark_portal import clock
from guildmark_portal.arrival import ARRIVED

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PART_BYTES: Final = 4 * 1024 * 1024
PART_S: Final = 1.0
_LONGEST_NUMBER: Final = 18  # digits: what 64 bits hold
_REPLACED: Final = (b"upload-offset", b"content-length", b"transfer-encoding")
_NO_CONTENT: Final = 204


class KeptPieces:
    """Wraps an ASGI application. `part_bytes` and `part_s` say when a part is handed on, in bytes and seconds."""

    def __init__(self, application: Application, *, part_bytes: int = PART_BYTES, part_s: float = PART_S) -> None:
        self._application = application
        self._part_bytes = part_bytes
        self._part_s = part_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on: the bytes of an upload in parts, anything else as it is."""
        offset = _offset(scope)
        if offset is not None:
            await self._hand_on(scope, receive, send, offset)
        elif scope["type"] == "http":
            await self._application(scope, _noting(scope, receive), send)
        else:
            await self._application(scope, receive, send)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send, offset: int) -> None:
        body = _Body(receive, self._part_bytes)
        reading = asyncio.create_task(body.read())
        try:
            answer = await self._in_parts(scope, body, offset)
            body.ignore_the_rest()
            await reading
        finally:
            reading.cancel()
        for message in answer:
            await send(message)

    async def _in_parts(self, scope: Scope, body: "_Body", offset: int) -> list[Message]:
        """The answer to the last part that was handed on: the last of all, or the one that was refused."""
        answer: list[Message] = []
        while not answer or _is_taken(answer):
            part = await body.part(self._part_s)
            if not part and (answer or body.was_cut):
                break
            answer = await self._ask(_part_of(scope, offset, len(part), body.arrived_at), part)
            offset += len(part)
        return answer

    async def _ask(self, scope: Scope, part: bytes) -> list[Message]:
        waiting, said = [{"type": "http.request", "body": part, "more_body": False}], []

        async def receive() -> Message:
            # Whoever sent it may be gone; it is taken all the same.
            return waiting.pop() if waiting else await asyncio.Future[Message]()

        async def send(message: Message) -> None:
            said.append(message)

        await self._application(scope, receive, send)
        return said


@dataclass
class _Body:
    """The bytes of one request that nobody has taken yet; at most `most` of them and one message."""

    receive: Receive
    most: int
    was_cut: bool = False
    arrived_at: datetime = field(default_factory=clock.now)
    _bytes: bytearray = field(default_factory=bytearray)
    _is_full: asyncio.Event = field(default_factory=asyncio.Event)
    _has_room: asyncio.Event = field(default_factory=asyncio.Event)
    _is_ignored: bool = False
    _has_ended: bool = False

    async def read(self) -> None:
        """Take bytes from the connection until the body ends or is cut."""
        self._has_room.set()
        try:
            while await self._has_room.wait():
                message = await self.receive()
                self.was_cut = message["type"] == "http.disconnect"
                self._keep(message.get("body", b""))
                if not message.get("more_body", False):
                    break
        finally:
            self._has_ended = True
            self._is_full.set()

    def _keep(self, piece: bytes) -> None:
        if self._is_ignored or not piece:
            return
        self._bytes += piece
        self.arrived_at = clock.now()
        if len(self._bytes) >= self.most:
            self._has_room.clear()
            self._is_full.set()

    async def part(self, longest_s: float) -> bytes:
        """What has arrived: as much as is worth a request, or what came in `longest_s` seconds; empty at the end."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(longest_s):
                    await self._is_full.wait()
            if self._bytes or self._has_ended:
                break
        part = bytes(self._bytes)
        self._bytes.clear()
        self._has_room.set()
        if not self._has_ended:
            self._is_full.clear()
        return part

    def ignore_the_rest(self) -> None:
        """Let go of what is still to come."""
        self._is_ignored = True
        self._bytes.clear()
        self._has_room.set()


def _offset(scope: Scope) -> int | None:
    """Where the bytes of a PATCH of an upload begin; None for every other request, and for one that is not understood."""
    if scope["type"] != "http" or scope["method"] != "PATCH" or not scope["path"].startswith("/api/v1/uploads/"):
        return None
    said = [value for name, value in scope["headers"] if name == b"upload-offset"]
    is_number = len(said) == 1 and said[0].isdigit() and len(said[0]) <= _LONGEST_NUMBER
    return int(said[0]) if is_number else None


def _part_of(scope: Scope, offset: int, length: int, arrived_at: datetime) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name not in _REPLACED]
    headers += [(b"upload-offset", str(offset).encode()), (b"content-length", str(length).encode())]
    return {**scope, "headers": headers, ARRIVED: arrived_at}


def _is_taken(answer: list[Message]) -> bool:
    return bool(answer) and answer[0].get("status") == _NO_CONTENT


def _noting(scope: Scope, receive: Receive) -> Receive:
    """`receive`, which notes in the scope when the last byte came."""
    scope[ARRIVED] = clock.now()

    async def noted() -> Message:
        message = await receive()
        if message.get("body"):
            scope[ARRIVED] = clock.now()
        return message

    return noted
