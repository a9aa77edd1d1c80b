"""Stripe Identity as its documentation describes it, on loopback: sessions, redaction, and signed events."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

KEY, WEBHOOK_SECRET = "sk_test_of_the_tests", "whsec_of_the_tests"
PATH = "/v1/identity/verification_sessions"
SEOUL = {"line1": "Sejong-daero 1", "city": "Seoul", "state": "", "country": "KR"}


class StripeFake:
    """The sessions that were asked for, by id; `asked` is every request, as method, path and form."""

    def __init__(self) -> None:
        self.url = ""
        self.sessions: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.keys: dict[str, str] = {}
        self.is_down = False
        self._number = count(1)

    def answer(self, method: str, path: str, form: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        """What Stripe answers."""
        self.asked.append((method, path, form))
        if self.is_down:
            return 503, {"error": {"type": "api_error"}}
        if headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {"error": {"type": "invalid_request_error"}}
        path, _mark, query = path.partition("?")
        if (method, path) == ("POST", PATH):
            return 200, self._new(form, headers.get("Idempotency-Key", ""))
        reference, _slash, act = path.removeprefix(f"{PATH}/").partition("/")
        session = self.sessions.get(reference)
        if session is None:
            return 404, {"error": {"code": "resource_missing"}}
        if act == "redact":
            return self._redact(session)
        return 200, self._shown(session, query)

    def _new(self, form: dict[str, str], key: str) -> dict[str, Any]:
        if key in self.keys:
            return self.sessions[self.keys[key]]
        reference = f"vs_{len(self.sessions) + 1}"
        self.keys[key] = reference
        self.sessions[reference] = {
            "id": reference,
            "object": "identity.verification_session",
            "status": "requires_input",
            "url": f"{self.url}/start/{reference}",
            "metadata": {"check": form["metadata[check]"]},
            "last_error": None,
            "verified_outputs": None,
            "last_verification_report": None,
            "redaction": None,
        }
        return self.sessions[reference]

    def _shown(self, session: dict[str, Any], query: str) -> dict[str, Any]:
        """Outputs only where they are expanded; of a report that is not, its number."""
        shown = {name: value for name, value in session.items() if name != "verified_outputs" or name in query}
        if "last_verification_report" not in query and session.get("last_verification_report"):
            shown["last_verification_report"] = session["last_verification_report"]["id"]
        return shown

    def _redact(self, session: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if session["status"] == "processing":
            return 400, {"error": {"type": "invalid_request_error"}}
        session.update(redaction={"status": "processing"}, verified_outputs=None, last_verification_report=None)
        return 200, session

    def moves(
        self,
        reference: str,
        status: str,
        *,
        error: str = "",
        name: tuple[str, str] = ("Ada", "Candidate"),
        kind: str = "id_card",
        address: dict[str, str] | None = SEOUL,
    ) -> None:
        """The session becomes what its candidate, or Stripe, makes of it."""
        is_verified = status == "verified"
        outputs = {"first_name": name[0], "last_name": name[1], "address": address} if is_verified else None
        document = {"status": "verified", "type": kind, "address": address}
        report = {"id": f"vr_{reference}", "object": "identity.verification_report", "document": document}
        last_error = {"code": error, "reason": "in Stripe's words"} if error else None
        start = f"{self.url}/start/{reference}" if status == "requires_input" else None
        self.sessions[reference].update(status=status, verified_outputs=outputs, last_error=last_error, url=start)
        self.sessions[reference].update(last_verification_report=report if is_verified else None)

    def event(self, reference: str, told: str, *, created: float, event_id: str = "") -> bytes:
        """An event of the session as it is now."""
        thing = self._shown(self.sessions[reference], query="")
        event = {
            "id": event_id or f"evt_{next(self._number)}",
            "object": "event",
            "type": f"identity.verification_session.{told}",
            "created": int(created),
            "data": {"object": thing},
        }
        return json.dumps(event).encode()


def signature(body: bytes, *, at: float, secret: str = WEBHOOK_SECRET) -> str:
    """The header `Stripe-Signature`."""
    digest = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={digest},v0=ignored"


@contextmanager
def serving() -> Iterator[StripeFake]:
    """The fake behind a real socket."""
    fake = StripeFake()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))
            status, document = fake.answer(self.command, self.path, form, self.headers)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
