"""HTTP to a portal: the protocol's header both ways, errors as ours, a fresh token when one has expired, retries.

Only requests that may be sent twice are retried, and only when the connection failed, something between us and the portal
answered in its place, or the portal stumbled (a status of 500 and above). Whatever else the portal itself says is final.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from guildmark.client.address import SERVER_VARIABLE
from guildmark.client.answers import check_protocol, parsed, raise_for
from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.reaching import CONNECT_TIMEOUT_S, unreachable
from guildmark.errors import (
    OurFault,
    PortalFault,
    ServerUnreachable,
    SignInRequired,
)
from guildmark.i18n import _

API = "/api/v1"
ReplyT = TypeVar("ReplyT")
Refresh = Callable[[Tokens], Tokens | None]


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

    def get_once(self, path: str, reply: type[ReplyT], *, timeout_s: float) -> ReplyT:
        """GET `path` under the API as `reply` in one try, which waits `timeout_s` seconds for a silent portal."""
        return parsed(self._once(lambda: self._built("GET", API + path, timeout=timeout_s)), reply)

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
            return self._built(method, path, params=params, json=json, content=content, headers=headers)

        return self._persist(lambda: self._once(build), repeatable=repeatable)

    def download(self, path: str, write: Callable[[bytes], object], *, restart: Callable[[], object]) -> None:
        """Stream the body at `path` into `write`; `restart` is called before each try."""

        def attempt() -> None:
            restart()
            with self._streamed(lambda: self._built("GET", path)) as response:
                for piece in response.iter_bytes():
                    write(piece)

        self._persist(attempt, repeatable=True)

    @contextmanager
    def listen(self, path: str, *, silence_s: float) -> Iterator[httpx.Response]:
        """The answer to GET `path` under the API, as it comes; it is tried once, and read at most `silence_s` in silence."""
        timeout = httpx.Timeout(silence_s, connect=CONNECT_TIMEOUT_S)
        headers = {"Accept": "text/event-stream"}
        with self._streamed(lambda: self._built("GET", API + path, headers=headers, timeout=timeout)) as response:
            yield response

    def _built(self, method: str, path: str, **parts: Any) -> httpx.Request:
        """A request to this portal's API. The token goes nowhere else, whatever address a file in an exam folder names."""
        api = self.http.base_url.join(API.lstrip("/") + "/")
        try:
            request = self.http.build_request(method, path, **parts)
        except httpx.InvalidURL as error:
            raise _foreign(path, self.server) from error
        url = request.url
        if (url.scheme, url.netloc) != (api.scheme, api.netloc) or not url.path.startswith(api.path):
            raise _foreign(path, self.server)
        return request

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
            raise unreachable(self.server, error) from error
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
            raise unreachable(self.server, error) from error

    def _tokens(self) -> Tokens:
        tokens = self.credentials.tokens(self.server)
        if tokens is None:
            raise self._sign_in_required()
        return tokens

    def _sign_in_required(self) -> SignInRequired:
        """Which portal is meant goes without saying only where it is the one that a bare `guildmark login` would ask."""
        if self.server == (os.environ.get(SERVER_VARIABLE) or self.credentials.default_server):
            return SignInRequired()
        return SignInRequired(next_step=_("Run: guildmark login --server {server}").format(server=self.server))

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


def _foreign(address: str, server: str) -> OurFault:
    said = _("{address} is no address of {server}: nothing was sent there.").format(address=address, server=server)
    return OurFault(said, code="foreign_address")
