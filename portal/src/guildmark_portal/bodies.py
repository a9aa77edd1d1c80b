"""A bound on what a request may send, kept before anything of it is stored.

Django's ASGI handler writes a whole body to a temporary file before it asks who sends it, so without a bound anybody could
fill the disk. What is larger than its address can use is cut off and answered with 413.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guildmark.protocol import Problem

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB = 1024 * 1024
LONGEST_BODY = MIB
LONGEST_PIECE = 32 * MIB
"""Of an upload; clients send a few MiB at a time."""
LONGEST_FORM_WITH_FILE = 512 * MIB
LONGEST_FORM_WITH_PAPERS = 50 * MIB
"""Four pictures of a document, of 12 MiB each."""
LONGEST_FORM_WITH_PHOTO = 13 * MIB
"""One picture of 12 MiB."""


class _TooLarge(Exception):
    """More came than the address can use."""


class BodyLimit:
    """Wraps an ASGI application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, its body counted."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        limit, received, has_answered = limit_of(scope), 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        if _declared(scope) > limit:
            await _refuse(send, limit)
            return
        try:
            await self._application(scope, counted, watched)
        except _TooLarge:
            if not has_answered:
                await _refuse(send, limit)


def limit_of(scope: Scope) -> int:
    """The longest body, in bytes, that the address takes."""
    method, path = scope["method"], scope["path"]
    if method == "PATCH" and path.startswith("/api/v1/uploads/"):
        return LONGEST_PIECE
    if method == "POST" and path.startswith("/exam/"):
        return LONGEST_FORM_WITH_FILE
    if method == "POST" and path.startswith("/identity/document/"):
        return LONGEST_FORM_WITH_PAPERS
    if method == "POST" and path.startswith(("/identity/photo/", "/identity/camera/")):
        return LONGEST_FORM_WITH_PHOTO
    return LONGEST_BODY


def _declared(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() and len(lengths[0]) < 19 else 0  # noqa: PLR2004 - 64 bits


async def _refuse(send: Send, limit: int) -> None:
    problem = Problem(
        code="body_too_large",
        message=_("The request is larger than {limit} bytes, which is more than this address takes.").format(limit=limit),
        next_step=_("Send less at a time; a model file is sent in pieces."),
    )
    body = json.dumps(problem.model_dump()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
