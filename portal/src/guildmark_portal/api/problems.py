"""Errors as `protocol.Problem`, and the HTTP status that says whose turn it is.

401 sign in      404 unknown, or a stranger's      409 a rule said no      410 an upload that is gone
403 a browser's request without its CSRF token     413 more bytes than announced     422 a field that is not understood
426 another protocol version                       503 ours
"""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from guildmark.errors import GuildmarkError, OurFault, Refused, SignInRequired, UsageError
from guildmark.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION, Problem
from guildmark_portal.api.answers import problem
from guildmark_portal.exams.refusals import TooManyBytes, UploadClosed

_log = logging.getLogger(__name__)
_STATUS: tuple[tuple[type[GuildmarkError], HTTPStatus], ...] = (
    (TooManyBytes, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UploadClosed, HTTPStatus.GONE),
    (Refused, HTTPStatus.CONFLICT),
    (SignInRequired, HTTPStatus.UNAUTHORIZED),
    (UsageError, HTTPStatus.BAD_REQUEST),
)


def install(api: NinjaAPI) -> None:
    """Have every exception of an operation answered as a Problem."""
    api.add_exception_handler(GuildmarkError, _told)
    api.add_exception_handler(ObjectDoesNotExist, _not_found)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(ValidationError, _not_understood)
    api.add_exception_handler(AuthenticationError, _sign_in)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(UnicodeEncodeError, _not_understood)  # text that is none: half a surrogate pair
    api.add_exception_handler(Exception, _ours)


def told(error: GuildmarkError) -> Problem:
    """An error as the wire carries it."""
    return Problem(code=error.code, message=error.message, next_step=error.next_step)


def not_found() -> HttpResponse:
    """The same answer for what is unknown and for what is another's."""
    return problem(
        Problem(
            code="not_found",
            message=_("There is nothing here that belongs to your account."),
            next_step=_("Run: guildmark status"),
        ),
        HTTPStatus.NOT_FOUND,
    )


@csrf_exempt
def unknown_address(_request: HttpRequest) -> HttpResponse:
    """An address below `/api/` that means nothing."""
    response = problem(
        Problem(
            code="not_found",
            message=_("There is nothing at this address of the API."),
            next_step=_("See /api/openapi.json for every address, or update the client: pip install --upgrade guildmark"),
        ),
        HTTPStatus.NOT_FOUND,
    )
    response[PROTOCOL_HEADER] = PROTOCOL_VERSION
    return response


def _told(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    if not isinstance(error, GuildmarkError):
        raise TypeError(error)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.SERVICE_UNAVAILABLE)
    return problem(told(error), status)


def _not_found(_request: HttpRequest, _error: Exception | type[Exception]) -> HttpResponse:
    return not_found()


def _not_understood(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    found = error.errors if isinstance(error, ValidationError) else [{"msg": _("a text is not valid Unicode")}]
    return problem(
        Problem(
            code="not_understood",
            message=_("The request is not understood: ") + "; ".join(_field(one) for one in found),
            next_step=_("Update the client: pip install --upgrade guildmark"),
        ),
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _field(error: dict[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in error.get('loc', ()))}: {error.get('msg', '')}"


def _sign_in(_request: HttpRequest, _error: Exception | type[Exception]) -> HttpResponse:
    return problem(told(SignInRequired()), HTTPStatus.UNAUTHORIZED)


def _http_error(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    status = error.status_code if isinstance(error, HttpError) else HTTPStatus.BAD_REQUEST
    return problem(
        Problem(code="refused", message=str(error), next_step=_("Reload the page, sign in again, and repeat.")), status
    )


def _ours(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    _log.error("%s %s failed", request.method, request.path, exc_info=error if isinstance(error, Exception) else None)
    return problem(told(OurFault()), HTTPStatus.SERVICE_UNAVAILABLE)
