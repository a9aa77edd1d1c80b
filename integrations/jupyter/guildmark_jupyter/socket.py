"""`/guildmark/bridge`: a socket for whoever may use the Jupyter server; behind it the bridge that all its panels share."""

import json
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.utils import ensure_async, url_path_join
from tornado import web
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from guildmark import i18n
from guildmark.bridge import Endpoint
from guildmark_jupyter.shared import SharedBridges


def address_under(base_url: str) -> str:
    """Where the socket is, on a server whose pages are under `base_url`."""
    return url_path_join(base_url, "guildmark", "bridge")


class BridgeSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One panel's connection. Messages are JSON-RPC, as `guildmark.bridge` has it.

    A page of another origin is refused by `WebSocketMixin`, as for terminals: the socket can do what they can.
    """

    auth_resource = "guildmark"

    def initialize(self, bridges: SharedBridges) -> None:
        """Take the bridges of this server."""
        self._bridges = bridges

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open the socket, for a signed-in user who may execute things here."""
        user = self.current_user
        if not user or not await ensure_async(self.authorizer.is_authorized(self, user, "execute", self.auth_resource)):
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Join the bridge of the reader's language."""
        super().open(*args, **kwargs)
        self._loop = IOLoop.current()
        self._language = self.get_query_argument("language", "en")
        self._endpoint = Endpoint(self._send)
        with i18n.in_language(self._language):
            self._shared = self._bridges.join(i18n.language(), self._endpoint)

    def on_message(self, message: str | bytes) -> None:
        """Hand a request to the bridge."""
        with i18n.in_language(self._language):
            self._shared.receive(message if isinstance(message, str) else message.decode(), self._endpoint)

    def on_close(self) -> None:
        """Leave the bridge; what was asked goes on."""
        super().on_close()
        if hasattr(self, "_shared"):
            self._shared.leave(self._endpoint)

    def _send(self, line: str) -> None:
        self._loop.add_callback(self._write, line)

    async def _write(self, line: str) -> None:
        try:
            await self.write_message(json.loads(line))
        except WebSocketClosedError:
            return
