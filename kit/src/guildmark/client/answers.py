"""What a portal answered: its body as ours, and whatever is no success as an error of `guildmark.errors`."""

from http import HTTPStatus
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from guildmark.client.reaching import unreachable
from guildmark.errors import (
    AttemptClosed,
    GuildmarkError,
    ModelRefused,
    NotStarted,
    OurFault,
    PortalFault,
    Refused,
    ResultPending,
    ServerUnreachable,
    SignInRequired,
)
from guildmark.i18n import _
from guildmark.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION, Problem
from guildmark.signing import document_in

ReplyT = TypeVar("ReplyT")

_GATEWAY_STATUSES = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_OF_THE_FILE = "file."
"""The reasons of verdicts on a file as such, which the portal may give before a byte is sent, begin so."""
_BY_CODE = {kind().code: kind for kind in (Refused, ModelRefused, AttemptClosed, NotStarted, ResultPending)}


def parsed(response: httpx.Response, reply: type[ReplyT]) -> ReplyT:
    """The body of `response` as `reply`; what cannot be read is our fault, not the candidate's."""
    try:
        return TypeAdapter(reply).validate_json(response.content)
    except ValidationError as error:
        raise OurFault(_("The portal answered something that this version does not understand."), code="bad_reply") from error


def raw_json(response: httpx.Response) -> dict[str, Any]:
    """The body of `response` as plain JSON, unknown fields included, for what is signed."""
    try:
        return document_in(response.content)
    except ValueError as error:
        raise OurFault(_("The portal answered something that this version does not understand."), code="bad_reply") from error


def check_protocol(response: httpx.Response, server: str) -> None:
    """Raise unless a portal of our protocol answered, and not a proxy, a hotel's sign-in page or another website."""
    version = response.headers.get(PROTOCOL_HEADER)
    if version is None:
        raise ServerUnreachable(
            _("What answered at {server} is not a Guildmark portal.").format(server=server),
            next_step=_("Check the address and your connection, then run: guildmark login --server URL"),
        )
    if version != PROTOCOL_VERSION:
        raise Refused(
            _("The portal speaks version {theirs} of the protocol, this client version {ours}.").format(
                theirs=version, ours=PROTOCOL_VERSION
            ),
            next_step=_("Run: pip install --upgrade guildmark"),
            code="protocol_version",
        )


def raise_for(response: httpx.Response, server: str) -> None:
    """Raise what a refusing `response` says, in its own words where it has any."""
    if PROTOCOL_HEADER not in response.headers and response.status_code in _GATEWAY_STATUSES:
        raise unreachable(server)
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise SignInRequired from None
        check_protocol(response, server)
        kind = PortalFault if response.is_server_error else Refused
        said = _("The portal answered with status {status}.").format(status=response.status_code)
        raise kind(said, code="our_fault" if response.is_server_error else None) from None
    raise _error_class(problem.code, response.status_code)(problem.message, next_step=problem.next_step, code=problem.code)


def _error_class(code: str, status: int) -> type[GuildmarkError]:
    if status == HTTPStatus.UNAUTHORIZED:
        return SignInRequired
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PortalFault
    return _BY_CODE.get(code) or (ModelRefused if code.startswith(_OF_THE_FILE) else Refused)
