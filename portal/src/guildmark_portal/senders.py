"""Who sends a request, asked before its body is read: only somebody known may send more than a form.

A browser's session, a terminal's token, or the one-time link to the camera of another device. CSRF and everything else is
checked by the application, which gets the body afterwards.
"""

from importlib import import_module
from io import BytesIO
from typing import Any, Final

from allauth.core.context import request_context
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from ninja.errors import HttpError

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.auth import BearerAuth
from guildmark_portal.identity.photos import find_link

_CAMERA: Final = "/identity/camera/"
_VERIFY: Final = "/verify/"
ANYBODY: Final = "anybody"
"""All strangers who have a certificate checked: together they take no more room than one sender."""


async def sender_of(scope: dict[str, Any]) -> str | None:
    """A key of whoever sends the request; None for a stranger."""
    return await sync_to_async(known)(scope)


def known(scope: dict[str, Any]) -> str | None:
    """As `sender_of`, for whoever may wait for the database."""
    try:
        request = ASGIRequest({**scope, "method": "GET"}, BytesIO())  # no form of it is read
    except UnicodeDecodeError:
        return None
    if request.path.startswith(_CAMERA):
        return _by_link(request.path.removeprefix(_CAMERA).rstrip("/"))
    if request.path == _VERIFY:
        return ANYBODY
    return _by_token(request) if "Authorization" in request.headers else _by_session(request)


def _by_link(token: str) -> str | None:
    try:
        return f"user:{find_link(token=token, now=clock.now()).of_check.user_id}"
    except Refused:
        return None


def _by_token(request: ASGIRequest) -> str | None:
    try:
        with request_context(request):
            user = BearerAuth()(request)
    except HttpError:
        return None
    return f"user:{user.pk}" if user is not None else None


def _by_session(request: ASGIRequest) -> str | None:
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not cookie:
        return None
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
    user = get_user(request)
    return f"user:{user.pk}" if user.is_authenticated else None
