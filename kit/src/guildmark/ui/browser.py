"""The dashboard in a browser, for IDEs that have no panel of ours: served on loopback, to whoever came by a link of ours.

On a machine of several users everybody can reach a port, and read the command that a browser is started with; and any page that
is open in the candidate's own browser can reach it too. So each request must name this very host and come from no other page,
and all that is served lies under a path that nobody can guess. No cookie names that path: browsers show a cookie to every port
of a host. A link leads to it once: what is seen of a link that was used is good for nothing. The browser is started with a file
that only its owner can read, and only when the port is ours.

The page of Textual's server asks a foreign host for a font; the browser is told to fetch nothing from elsewhere.
"""

import hmac
import html
import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from guildmark.client.files import write_atomically
from guildmark.client.interpreters import command_of
from guildmark.client.workspace import STATE_FOLDER
from guildmark.errors import UsageError
from guildmark.i18n import _

_HOST = "127.0.0.1"
_NOTHING_FROM_ELSEWHERE = "default-src 'self' 'unsafe-inline'; connect-src 'self' ws://{host}:{port}; img-src 'self' data:"
_NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Textual's server, behind a path that only the page of a link names. `entered` is called when a link was used."""

    def __init__(self, command: str, *, port: int, entered: Callable[[], object] = bool) -> None:
        super().__init__(command, host=_HOST, port=port, title="Guildmark")
        self._place = secrets.token_urlsafe(24)
        self._tickets: set[str] = set()
        self._entered = entered

    def link(self) -> str:
        """An address that lets one browser in, once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return f"{self.public_url}/?ticket={ticket}"

    async def application(self) -> web.Application:
        """What is served."""
        whole = web.Application(middlewares=[self._guard])
        whole.router.add_get("/", self._enter, allow_head=False)
        whole.add_subapp(f"/{self._place}/", await self._make_app())
        return whole

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: Textual's server would show its logo, and a command that nobody has to type."""

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        is_ours = request.host == f"{_HOST}:{self.port}" and origin in (None, self.public_url)
        place = request.path.split("/")[1]
        if not is_ours or (place and not hmac.compare_digest(place.encode(), self._place.encode())):
            raise web.HTTPForbidden(text=_("Open the link that guildmark ui --browser printed last."))
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_NOT_KEPT)
            policy = _NOTHING_FROM_ELSEWHERE.format(host=_HOST, port=self.port)
            response.headers["Content-Security-Policy"] = policy
        return response

    async def _enter(self, request: web.Request) -> web.Response:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text=_("Open the link that guildmark ui --browser printed last."), headers=_NOT_KEPT)
        self._tickets.remove(ticket)
        self._entered()
        return web.Response(text=_leading_to(f"/{self._place}/"), content_type="text/html")


def serve(folder: Path, *, port: int | None, opens: bool, told: Callable[[str], None]) -> None:
    """Serve the dashboard of `folder` until Ctrl+C, and open a browser if `opens`.

    `told` hears a link, and another one whenever that was used. Raises `UsageError` where `port` is not to be had.
    """
    door = folder / STATE_FOLDER / f"dashboard-{os.getpid()}.html"
    with _listening(port or 0) as listening:

        def entered() -> None:
            door.unlink(missing_ok=True)
            told(server.link())

        server = GuardedServer(own_command(folder), port=listening.getsockname()[1], entered=entered)
        told(server.link())
        if opens:
            _open_browser(door, server.link())
        try:
            web.run_app(server.application(), sock=listening, print=None, access_log=None)
        finally:
            door.unlink(missing_ok=True)


def own_command(folder: Path) -> str:
    """The dashboard of `folder` in a terminal, as a line for the system's shell."""
    words = command_of("guildmark.cli", "ui", "--folder", str(folder))
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _open_browser(door: Path, link: str) -> None:
    """Open a browser at `link` by a file: everybody on this machine can read what a program is started with."""
    try:
        write_atomically(door, _leading_to(link).encode(), private=True, durable=False)
    except OSError:  # no room: the link was printed
        return
    threading.Thread(target=webbrowser.open, args=(door.absolute().as_uri(),), daemon=True).start()


def _leading_to(address: str) -> str:
    """A page that leads on, and leaves no trace of itself in the browser's history."""
    script = json.dumps(address).replace("<", "\\u003c")
    return (
        '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Guildmark</title>'
        f'<script>location.replace({script})</script><a href="{html.escape(address)}">Guildmark</a>'
    )


def _listening(port: int) -> socket.socket:
    """A socket on `port` of this machine that listens already: from now on nobody else gets what is sent there."""
    listening = socket.socket()
    try:
        if sys.platform == "win32":  # where somebody else could take the port besides us
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        said = _("Port {port} cannot be used: {reason}.").format(port=port, reason=error.strerror)
        raise UsageError(said, next_step=_("Name another port, or none.")) from error
    return listening
