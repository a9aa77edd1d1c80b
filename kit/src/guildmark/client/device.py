"""Signing in by device grant (RFC 8628): a code here, a page in any browser, tokens here; and ending them again.

The endpoints are discovered (`/.well-known/openid-configuration`); the client is public, so it has no secret.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.credentials import Tokens
from guildmark.client.reaching import unreachable
from guildmark.client.transport import wait
from guildmark.errors import OurFault, Refused, ServerUnreachable, SignInRequired
from guildmark.i18n import _
from guildmark.protocol import CLIENT_ID

SCOPES = "openid profile email"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_S = 5.0  # what RFC 8628 adds to the interval on `slow_down`
AnswerT = TypeVar("AnswerT", bound=BaseModel)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Endpoints(_Answer):
    device_authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None = None


class DeviceCode(_Answer):
    """What to show: open `verification_uri_complete`, or `verification_uri` and type `user_code`. Times in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_in: float
    interval: float = 5

    @property
    def link(self) -> str:
        """The address to open."""
        return self.verification_uri_complete or self.verification_uri


class _Denial(_Answer):
    error: str


def sign_in(
    http: httpx.Client,
    server: str,
    show: Callable[[DeviceCode], None],
    *,
    sleep: Callable[[float], None] = wait,
    monotonic: Callable[[], float] = time.monotonic,
) -> Tokens:
    """Tokens for whoever confirms the code that `show` was given.

    Raises `SignInRequired` when the code was denied or nobody confirmed it in time.
    """
    endpoints = _discover(http, server)
    form = {"client_id": CLIENT_ID, "scope": SCOPES}
    code = _understood(_post(http, server, endpoints.device_authorization_endpoint, form), DeviceCode)
    show(code)
    form = {"grant_type": _DEVICE_GRANT, "client_id": CLIENT_ID, "device_code": code.device_code}
    interval, ends = code.interval, monotonic() + code.expires_in
    while monotonic() < ends:
        sleep(interval)
        try:
            response = _post(http, server, endpoints.token_endpoint, form)
        except ServerUnreachable:
            continue  # the person may be typing still; the code outlives a short cut
        if response.status_code == HTTPStatus.OK:
            return _understood(response, Tokens)
        error = _understood(response, _Denial).error
        if error == "slow_down":
            interval += _SLOWER_S
        elif error == "access_denied":
            raise SignInRequired(_("The sign-in was refused in the browser."))
        elif error != "authorization_pending":
            break
    raise SignInRequired(_("The code was not confirmed in time."))


def refresh(http: httpx.Client, server: str, tokens: Tokens) -> Tokens | None:
    """New tokens for old ones, or None where the portal wants a new sign-in."""
    if tokens.refresh_token is None:
        return None
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": tokens.refresh_token}
    response = _post(http, server, _discover(http, server).token_endpoint, form)
    if response.is_server_error:
        raise OurFault
    if response.status_code != HTTPStatus.OK:
        return None
    fresh = _understood(response, Tokens)
    return fresh if fresh.refresh_token else Tokens(access_token=fresh.access_token, refresh_token=tokens.refresh_token)


def revoke(http: httpx.Client, server: str, tokens: Tokens) -> bool:
    """Have the portal end `tokens` (RFC 7009); False where it cannot. Raises `ServerUnreachable`."""
    endpoint = _discover(http, server).revocation_endpoint
    if endpoint is None:  # an older portal
        return False
    given = {"refresh_token": tokens.refresh_token, "access_token": tokens.access_token}  # the one that lasts longer first
    forms = [{"client_id": CLIENT_ID, "token": token, "token_type_hint": kind} for kind, token in given.items() if token]
    return all(_post(http, server, endpoint, form).status_code == HTTPStatus.OK for form in forms)


def _discover(http: httpx.Client, server: str) -> _Endpoints:
    try:
        response = http.get("/.well-known/openid-configuration")
    except httpx.TransportError as error:
        raise unreachable(server, error) from error
    if response.status_code != HTTPStatus.OK:
        raise _not_a_portal(server)
    try:
        return _Endpoints.model_validate_json(response.content)
    except ValidationError as error:
        raise _not_a_portal(server) from error


def _not_a_portal(server: str) -> ServerUnreachable:
    return ServerUnreachable(
        _("What answered at {server} is not a Guildmark portal.").format(server=server),
        next_step=_("Check the address and your connection, then run: guildmark login --server URL"),
    )


def _post(http: httpx.Client, server: str, url: str, form: dict[str, str]) -> httpx.Response:
    try:
        return http.post(url, data=form)
    except httpx.TransportError as error:
        raise unreachable(server, error) from error


def _understood(response: httpx.Response, answer: type[AnswerT]) -> AnswerT:
    try:
        return answer.model_validate_json(response.content)
    except ValidationError as error:
        raise Refused(
            _("The portal does not let this client sign in (status {status}).").format(status=response.status_code),
            next_step=_("Write to the exam's support contact."),
            code="sign_in_unavailable",
        ) from error
