"""The bridges of a Jupyter server: one for each language that is read, shared by all panels of it.

A page that is loaded again, or a second tab, joins the bridge that is there: an upload goes on, and its progress is told to
whoever looks. A bridge is closed when nobody has looked for a while, nothing is under way, and nothing waits to be sent: what
was handed in goes on its way although no page is open.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from guildmark.bridge import Bridge, Endpoint

IDLE_S = 30.0
"""So long does a bridge wait for somebody to come back, such as a page that is loaded again."""


class SharedBridge:
    """A bridge and the endpoints that hear what it tells. Endpoints come and go; what was asked through one goes on."""

    def __init__(self, folder: Path) -> None:
        self._bridge = Bridge(folder, notify=self._tell)
        self._endpoints: set[Endpoint] = set()
        self._asked: list[threading.Thread] = []
        self._alone_since = time.monotonic()
        self._lock = threading.Lock()

    def join(self, endpoint: Endpoint) -> None:
        """From now on `endpoint` hears what the bridge tells."""
        with self._lock:
            self._endpoints.add(endpoint)

    def leave(self, endpoint: Endpoint) -> None:
        """No more."""
        with self._lock:
            self._endpoints.discard(endpoint)
            self._alone_since = time.monotonic()

    def receive(self, line: str, endpoint: Endpoint) -> None:
        """Take a request from `endpoint`, to which alone the answer goes."""
        thread = endpoint.receive(line, self._bridge)
        with self._lock:
            self._asked = [one for one in self._asked if one.is_alive()]
            if thread is not None:
                self._asked.append(thread)

    def is_left(self, *, after_s: float) -> bool:
        """Whether nobody has been here for `after_s` seconds, nothing is under way, and nothing waits to be sent."""
        with self._lock:
            is_alone = not self._endpoints and time.monotonic() - self._alone_since >= after_s
            is_idle = is_alone and not any(one.is_alive() for one in self._asked)
        return is_idle and not self._bridge.has_waiting()

    def close(self) -> None:
        """Stop following the exam."""
        self._bridge.close()

    def _tell(self, method: str, params: dict[str, Any]) -> None:
        with self._lock:
            hearers = tuple(self._endpoints)
        for endpoint in hearers:
            endpoint.notify(method, params)


class SharedBridges:
    """All bridges on one folder, by language. `join` from one thread; `tidy` now and then."""

    def __init__(self, folder: Path, *, make: Callable[[Path], SharedBridge] = SharedBridge) -> None:
        self._folder = folder
        self._make = make
        self._by_language: dict[str, SharedBridge] = {}

    def join(self, language: str, endpoint: Endpoint) -> SharedBridge:
        """The bridge of `language`, which `endpoint` hears from now on."""
        if language not in self._by_language:
            self._by_language[language] = self._make(self._folder)
        shared = self._by_language[language]
        shared.join(endpoint)
        return shared

    def tidy(self, *, after_s: float = IDLE_S) -> list[SharedBridge]:
        """Take out the bridges that were left; to be closed, which may take seconds, by whoever asked."""
        left = {language: one for language, one in self._by_language.items() if one.is_left(after_s=after_s)}
        for language in left:
            del self._by_language[language]
        return list(left.values())
