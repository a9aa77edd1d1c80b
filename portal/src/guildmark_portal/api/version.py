"""The header `Guildmark-Protocol`: set on every answer, required of clients, optional for a browser's session."""

import inspect
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from guildmark.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION, Problem
from guildmark_portal.api.answers import problem

View = Callable[..., Any]


def speaks_protocol(view: View) -> View:
    """Refuse a request of another protocol version before anything else looks at it."""
    if inspect.iscoroutinefunction(view):

        @wraps(view)
        async def later(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _named(_refusal(request) or await view(request, *args, **kwargs))

        return later

    @wraps(view)
    def now(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _named(_refusal(request) or view(request, *args, **kwargs))

    return now


def _refusal(request: HttpRequest) -> HttpResponse | None:
    version = request.headers.get(PROTOCOL_HEADER)
    if version == PROTOCOL_VERSION or (version is None and "Authorization" not in request.headers):
        return None
    return problem(
        Problem(
            code="protocol_version",
            message=_("This portal speaks version %(version)s of the protocol.") % {"version": PROTOCOL_VERSION},
            next_step=_("Run: pip install --upgrade guildmark"),
        ),
        HTTPStatus.UPGRADE_REQUIRED,
    )


def _named(response: HttpResponseBase) -> HttpResponseBase:
    response[PROTOCOL_HEADER] = PROTOCOL_VERSION
    return response
