"""HTTP to a portal: the protocol's header both ways, errors as ours, a fresh token when one has expired, retries.

Only requests that may be sent twice are retried, and only when the connection failed, something between us and the portal
answered in its place, or the portal stumbled (a status of 500 and above). Whatever else the portal itself says is final.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from guildmark.client.credentials import Credentials, Tokens
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
from guildmark.i18n import _, language
from guildmark.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION, Problem
from guildmark.signing import document_in
from guildmark.version import __version__

API = "/api/v1"
ReplyT = TypeVar("ReplyT")
Refresh = Callable[[Tokens], Tokens | None]

_GATEWAY_STATUSES = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_OF_THE_FILE = "file."
"""The reasons of verdicts on a file as such, which the portal may give before a byte is sent, begin so."""
_READ_TIMEOUT_S = 60.0
_CONNECT_TIMEOUT_S = 10.0
_BY_CODE = {kind().code: kind for kind in (Refused, ModelRefused, AttemptClosed, NotStarted, ResultPending)}


def wait(seconds: float) -> None:
    """Let time pass."""
    time.sleep(seconds)


def _nobody(_seconds: float) -> None:
    return


@dataclass(frozen=True)
class Patience:
    """How long to keep trying: the waits in seconds between attempts, and how to wait.

    `tell` hears when a portal stops to answer: how many seconds of waits lie ahead. It hears of no further try until an answer.
    """

    waits_s: tuple[float, ...] = (0.5, 1, 2, 4, 8)
    sleep: Callable[[float], None] = wait
    tell: Callable[[float], None] = _nobody


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    # Reading the certificate authorities takes longer than most requests; once a process is enough.
    return httpx.create_ssl_context()


def http_client(server: str) -> httpx.Client:
    """A client for the portal at `server`."""
    return httpx.Client(
        base_url=server,
        verify=_trust(),
        timeout=httpx.Timeout(_READ_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
        headers={
            "User-Agent": f"guildmark/{__version__}",
            "Accept-Language": language().replace("_", "-"),
            PROTOCOL_HEADER: PROTOCOL_VERSION,
        },
    )


class Transport:
    """Requests to one portal's API in the name of one candidate.

    `refresh` takes the tokens that were refused and gives new ones, or None where the sign-in is over.
    """

    def __init__(
        self,
        server: str,
        credentials: Credentials,
        http: httpx.Client,
        *,
        refresh: Refresh,
        patience: Patience | None = None,
    ) -> None:
        self.server = server
        self.credentials = credentials
        self.http = http
        self.patience = patience or Patience()
        self._refresh = refresh
        self._is_told = False

    def get(self, path: str, reply: type[ReplyT], **params: str | int) -> ReplyT:
        """GET `path` under the API as `reply`."""
        return parsed(self.request("GET", API + path, params=params), reply)

    def post(self, path: str, body: BaseModel | None, reply: type[ReplyT], *, repeatable: bool = True) -> ReplyT:
        """POST `body` to `path` under the API. `repeatable` says that the portal takes the same request twice."""
        json = None if body is None else body.model_dump(mode="json")
        return parsed(self.request("POST", API + path, json=json, repeatable=repeatable), reply)

    def put(self, path: str, body: BaseModel, reply: type[ReplyT]) -> ReplyT:
        """PUT `body` at `path` under the API, which says the same however often it is sent."""
        return parsed(self.request("PUT", API + path, json=body.model_dump(mode="json")), reply)

    def server_time(self) -> datetime:
        """When the portal answered, by its own clock, to the second."""
        try:
            return parsedate_to_datetime(self.request("GET", f"{API}/me").headers["Date"])
        except (KeyError, ValueError) as error:
            raise OurFault(_("The portal does not say what time it is.")) from error

    def request(  # noqa: PLR0913  # the parts of an HTTP request
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> httpx.Response:
        """One request, signed in; any answer that is not a success is raised as an error of `guildmark.errors`."""

        def build() -> httpx.Request:
            return self.http.build_request(method, path, params=params, json=json, content=content, headers=headers)

        return self._persist(lambda: self._once(build), repeatable=repeatable)

    def download(self, path: str, write: Callable[[bytes], object], *, restart: Callable[[], object]) -> None:
        """Stream the body at `path` into `write`; `restart` is called before each try."""

        def attempt() -> None:
            restart()
            with self._streamed(lambda: self.http.build_request("GET", path)) as response:
                for piece in response.iter_bytes():
                    write(piece)

        self._persist(attempt, repeatable=True)

    @contextmanager
    def listen(self, path: str, *, silence_s: float) -> Iterator[httpx.Response]:
        """The answer to GET `path` under the API, as it comes; it is tried once, and read at most `silence_s` in silence."""
        timeout = httpx.Timeout(silence_s, connect=_CONNECT_TIMEOUT_S)
        headers = {"Accept": "text/event-stream"}
        with self._streamed(lambda: self.http.build_request("GET", API + path, headers=headers, timeout=timeout)) as response:
            yield response

    @contextmanager
    def _streamed(self, build: Callable[[], httpx.Request]) -> Iterator[httpx.Response]:
        """A successful answer whose body is read inside the context; raises what `request` does."""
        tokens = self._tokens()
        response = self._authorised(build(), tokens, stream=True)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.close()
            response = self._authorised(build(), self._fresh_tokens(tokens), stream=True)
        try:
            if not response.is_success:
                response.read()
                raise_for(response, self.server)
            check_protocol(response, self.server)
            yield response
        except httpx.TransportError as error:
            raise unreachable(self.server) from error
        finally:
            response.close()

    def _persist(self, attempt: Callable[[], ReplyT], *, repeatable: bool) -> ReplyT:
        waits = iter(self.patience.waits_s if repeatable else ())
        while True:
            try:
                answer = attempt()
            except (ServerUnreachable, PortalFault):  # noqa: PERF203  # what the loop is for
                seconds = next(waits, None)
                if seconds is None:
                    raise
                if not self._is_told:
                    self._is_told = True
                    self.patience.tell(sum(self.patience.waits_s))
                self.patience.sleep(seconds)
            else:
                self._is_told = False
                return answer

    def _once(self, build: Callable[[], httpx.Request]) -> httpx.Response:
        tokens = self._tokens()
        response = self._authorised(build(), tokens)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            fresh = self._fresh_tokens(tokens)
            response = self._authorised(build(), fresh)
        if not response.is_success:
            raise_for(response, self.server)
        check_protocol(response, self.server)
        return response

    def _authorised(self, request: httpx.Request, tokens: Tokens, *, stream: bool = False) -> httpx.Response:
        request.headers["Authorization"] = f"Bearer {tokens.access_token}"
        try:
            return self.http.send(request, stream=stream)
        except httpx.TransportError as error:
            raise unreachable(self.server) from error

    def _tokens(self) -> Tokens:
        tokens = self.credentials.tokens(self.server)
        if tokens is None:
            raise SignInRequired
        return tokens

    def _fresh_tokens(self, refused: Tokens) -> Tokens:
        # Another process of this user may have refreshed in the meantime, or may do so now: refresh tokens are for one use.
        with self.credentials.alone():
            return self._refreshed(refused)

    def _refreshed(self, refused: Tokens) -> Tokens:
        stored = self._tokens()
        if stored.access_token != refused.access_token:
            return stored
        self.credentials.require_room()
        fresh = self._refresh(refused)
        if fresh is None:
            stored = self._tokens()
            if stored.access_token == refused.access_token:
                raise SignInRequired
            return stored
        with suppress(OSError):  # they are held, and written as soon as they can be
            self.credentials.remember(self.server, fresh)
        return fresh


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


def unreachable(server: str) -> ServerUnreachable:
    """No connection to `server`."""
    return ServerUnreachable(_("{server} did not answer.").format(server=server))


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
