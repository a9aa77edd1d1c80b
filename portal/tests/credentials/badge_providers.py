"""Badge providers on loopback: one that listens to webhooks, and Accredible as its documentation describes it."""

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Thread
from typing import Any

SECRETS = (b"the secret that is in use now...", b"the secret that was used before.")
KEY = "accredible-key-of-the-tests"


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, dict[str, str], bytes]


class Listener:
    """Answers with what `answers` says, first come, first served, and then with 204; keeps every request."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        self.is_over = Event()
        """Whoever hangs waits for it."""

    def answer(self, _asked: Asked) -> Answer:
        return self.answers.pop(0) if self.answers else (204, {}, b"")

    def fails(self, *statuses: int) -> None:
        self.answers += [(status, {}, b"") for status in statuses]


class Accredible(Listener):
    """The credentials that were made, by their id. `loses_answer`: the next one is made, and the answer never comes."""

    def __init__(self) -> None:
        super().__init__()
        self.credentials: dict[str, dict[str, Any]] = {}
        self.loses_answer = False
        self._number = count(10_000_005)

    def answer(self, asked: Asked) -> Answer:
        if self.answers:
            return super().answer(asked)
        if asked.headers.get("Authorization") != f"Token token={KEY}":
            return self._said(401, {"errors": "Invalid API key"})
        if (asked.method, asked.path) == ("POST", "/v1/credentials"):
            return self._made(asked.document["credential"])
        wanted = asked.path.removeprefix("/v1/credentials/")
        found = next((one for one in self.credentials.values() if wanted in {one["id"], one["license_id"]}), None)
        if found is None:
            return self._said(404, {"errors": "Not found"})
        if asked.method == "DELETE":
            del self.credentials[found["license_id"]]
        return self._said(200, {"credential": found})

    def _made(self, credential: dict[str, Any]) -> Answer:
        if credential["group_id"] != 9549:
            return self._said(404, {"errors": "Group not found"})
        made = {
            **credential,
            "license_id": credential["id"],
            "id": str(next(self._number)),
            "issued_on": "2030-01-15",
            "url": "https://www.credential.net/10000005",
            "private": False,
        }
        self.credentials[credential["id"]] = made
        if self.loses_answer:
            self.loses_answer = False
            return 502, {}, b""
        return self._said(200, {"credential": made})

    @staticmethod
    def _said(status: int, document: dict[str, Any]) -> Answer:
        return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


@contextmanager
def listening(
    listener: Listener, *, tls: ssl.SSLContext | None = None, after: Callable[[Any], None] | None = None
) -> Iterator[Listener]:
    """The listener behind a real socket. `after` writes what else comes behind the headers."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            listener.asked.append(asked)
            status, headers, content = listener.answer(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if after is None:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                if after is None:
                    self.wfile.write(content)
                else:
                    after(self.wfile)
            except OSError:  # whoever asked has left
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    listener.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield listener
    finally:
        listener.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def is_signed(asked: Asked, secret: bytes) -> bool:
    """Whether a request is what Standard Webhooks lets a receiver believe, by one secret."""
    signed = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    wanted = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in asked.headers["webhook-signature"].split(" ")
