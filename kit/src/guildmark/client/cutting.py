"""Ending, from another thread, whatever a client waits for: its connections are known, and shut down."""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import httpx

from guildmark.errors import ServerUnreachable

_MADE: Final = (".connect_tcp.complete", ".start_tls.complete")
"""What httpcore calls a connection that was made: `connection.`, `proxy.` or `socks.` stands before it."""


class Connections:
    """The connections of `http`, which has no hooks of its own. Once they were cut, no request begins any more."""

    def __init__(self, http: httpx.Client) -> None:
        self._open: dict[int, Any] = {}
        self._lock = threading.Lock()
        self._is_cut = False
        http.event_hooks = {"request": [self._watch]}

    def cut(self) -> None:
        """End them all; whatever waits for one hears that the connection failed. A second time does nothing."""
        with self._lock:
            self._is_cut = True
            streams = tuple(self._open.values())
        for stream in streams:
            with suppress(OSError, AttributeError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def _watch(self, request: httpx.Request) -> None:
        if self._is_cut:
            raise ServerUnreachable
        request.extensions["trace"] = self._trace

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        if not name.endswith(_MADE):
            return
        stream = info["return_value"]
        with self._lock:
            self._open = {known: one for known, one in self._open.items() if _is_open(one)} | {id(stream): stream}
            is_late = self._is_cut
        if is_late:
            self.cut()


def _is_open(stream: Any) -> bool:
    try:
        return bool(stream.get_extra_info("socket").fileno() >= 0)
    except (OSError, AttributeError):
        return False
