"""The dashboard in a browser, for IDEs that have no panel of ours: served on loopback, to whoever has the link with its secret.

A page of somebody else that is open in the same browser could reach a port of this machine, and with it the exam. So each
request must name this very host, come from no other page, and bring a secret: in the link at first, in a cookie from then on.
"""

import hmac
import secrets
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from guildmark.i18n import _

_COOKIE = "guildmark_dashboard"
_HOST = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Textual's server, behind a secret."""

    def __init__(self, command: str, *, port: int, secret: str) -> None:
        super().__init__(command, host=_HOST, port=port, title="Guildmark")
        self._secret = secret

    @property
    def link(self) -> str:
        """The address to open."""
        return f"{self.public_url}/?secret={self._secret}"

    async def _make_app(self) -> web.Application:
        application = await super()._make_app()
        application.middlewares.append(self._guard)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.query.get("secret") or request.cookies.get(_COOKIE, "")
        here = {f"{_HOST}:{self.port}"}
        origin = request.headers.get("Origin")
        is_ours = request.host in here and (origin is None or origin == self.public_url)
        if not is_ours or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise web.HTTPForbidden(text=_("Open the link that guildmark ui --browser printed."))
        response = await handler(request)
        if "secret" in request.query and not response.prepared:
            response.set_cookie(_COOKIE, self._secret, httponly=True, samesite="Strict", path="/")
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


def serve(folder: Path, *, port: int | None, opens: bool, told: Callable[[str], None]) -> None:
    """Serve the dashboard of `folder` until Ctrl+C, and open a browser if `opens`. `told` hears the link."""
    command = f'"{sys.executable}" -m guildmark.cli ui --folder "{folder}"'
    server = GuardedServer(command, port=port or _free_port(), secret=secrets.token_urlsafe(24))
    told(server.link)
    if opens:
        webbrowser.open(server.link)
    server.serve()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
