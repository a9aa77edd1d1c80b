"""A TCP proxy before a portal that breaks connections at one byte of a file that is being uploaded.

It passes on what both sides say and reads along in what the client sends. As soon as it has passed on the bytes of the file
before the position it was told, it breaks the connection on both sides. A position inside a request leaves the portal with a
part of its body. A position at the end of one leaves the client without the answer, which is a cut after the last byte.
"""

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field
from typing import Self

_PIECE = 64 * 1024
_OFFSET = re.compile(rb"^upload-offset: *(\d+)\r$", re.MULTILINE | re.IGNORECASE)
_LENGTH = re.compile(rb"^content-length: *(\d+)\r$", re.MULTILINE | re.IGNORECASE)


@dataclass
class Cutter:
    """Listens on loopback for a portal at `port`, inside a `with` block. `passed` counts bytes of files, repeated ones too."""

    port: int
    cuts: int = 0
    passed: int = 0
    _position: int | None = None
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where a client finds it."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut_at(self, position: int) -> None:
        """Break the next connection over which `position` bytes of a file have passed, once. Forget what was counted."""
        self.passed, self._position = 0, position

    def __enter__(self) -> Self:
        self._start(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _start(self, work, *args) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(threading.Thread(target=work, args=args, daemon=True))
        self._threads[-1].start()

    def _listen(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            try:
                portal = socket.create_connection(("127.0.0.1", self.port))
            except OSError:  # the portal is down: whoever called is told so, and may call again
                client.close()
                continue
            for side in (client, portal):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._pass_answers, portal, client)
            self._start(self._pass_requests, client, portal)

    @staticmethod
    def _pass_answers(portal: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := portal.recv(_PIECE):
                client.sendall(piece)
        _end(client)

    def _pass_requests(self, client: socket.socket, portal: socket.socket) -> None:
        with client, portal, contextlib.suppress(OSError):
            rest = b""
            while head := _head(client, rest):
                said, rest = head
                portal.sendall(said)
                if self._pass_body(said, rest, client, portal):
                    self.cuts += 1
                    _end(client)  # before the portal can answer
                    _end(portal)
                    return
                rest = b""
            _end(portal)

    def _pass_body(self, head: bytes, begun: bytes, client: socket.socket, portal: socket.socket) -> bool:
        """Pass the body of one request on; whether it was cut."""
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        offset = int(found[1]) if head.startswith(b"PATCH") and (found := _OFFSET.search(head)) else None
        passed = 0
        while True:
            stop = None if offset is None or self._position is None else self._position - offset
            if stop is not None and passed <= stop < passed + len(begun) + (passed + len(begun) == length):
                portal.sendall(begun[: stop - passed])
                self.passed += stop - passed
                self._position = None
                return True
            portal.sendall(begun)
            passed += len(begun)
            self.passed += len(begun) if offset is not None else 0
            if passed >= length:
                return False
            if not (begun := client.recv(min(_PIECE, length - passed))):
                raise ConnectionResetError


def _head(client: socket.socket, begun: bytes) -> tuple[bytes, bytes] | None:
    """The next request's head, and what came of its body with it; None when the client has said everything."""
    while b"\r\n\r\n" not in begun:
        if not (piece := client.recv(_PIECE)):
            return None
        begun += piece
    head, end, body = begun.partition(b"\r\n\r\n")
    return head + end, body


def _end(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
