"""What is said of a request whose body was not taken: too large, too many at once, too slow, in another encoding.

`guildmark_portal.bodies` refuses it, outside of Django, and marks what it hands on; Django itself refuses a form with too much
text in it. A person gets a page, in their language; a program gets a `Problem`.
"""

from enum import Enum
from http import HTTPStatus
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django.views import defaults

from guildmark.protocol import Problem

REFUSED: Final = "guildmark.refused"
"""Where the ASGI scope says why a body was not taken."""


class Reason(Enum):
    """Why a body was not taken."""

    TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    NO_ROOM = HTTPStatus.SERVICE_UNAVAILABLE
    TOO_SLOW = HTTPStatus.REQUEST_TIMEOUT
    NOT_UTF8 = HTTPStatus.BAD_REQUEST


def explained(reason: Reason) -> tuple[int, Problem]:
    """The status of the answer, what happened, and what to do."""
    if reason is Reason.TOO_LARGE:
        problem = Problem(
            code="body_too_large",
            message=_("More was sent than is taken here."),
            next_step=_("Shorten the text or send smaller pictures; a model file goes in pieces, as the client sends it."),
        )
    elif reason is Reason.NO_ROOM:
        problem = Problem(
            code="busy",
            message=_("Many files are being read at this moment."),
            next_step=_("Send it again in a minute; nothing is lost."),
        )
    elif reason is Reason.NOT_UTF8:
        problem = Problem(
            code="not_utf8",
            message=_("What was sent is not in UTF-8."),
            next_step=_("Send it from the page itself."),
        )
    else:
        problem = Problem(
            code="too_slow",
            message=_("Too little arrived in too long a time."),
            next_step=_("Check your connection, then send it again."),
        )
    return reason.value, problem


class RefusedBody(MiddlewareMixin):
    """Answers what was marked. Stands after the choice of language, and before anything that reads a form."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """The page, if the body was not taken."""
        reason = getattr(request, "scope", {}).get(REFUSED)
        return _page(request, reason) if isinstance(reason, Reason) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of a request that was not understood, or of a form that holds too much."""
    if isinstance(exception, RequestDataTooBig):
        return _page(request, Reason.TOO_LARGE)
    return defaults.bad_request(request, exception)


def _page(request: HttpRequest, reason: Reason) -> HttpResponse:
    status, told = explained(reason)
    return render(request, "guildmark/refused_body.html", {"told": told}, status=status)
