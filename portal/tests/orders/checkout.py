"""Stripe Checkout as its documentation describes it, on loopback: sessions, a page with Pay and Cancel, refunds, disputes, tax,
and signed events, which wait here until a test delivers them: in whatever order, twice, late, or never.

Instants are those of the portal's clock, so that a test may stop it.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from guildmark_portal import clock

KEY, WEBHOOK_SECRET = "sk_test_of_the_tests", "whsec_of_the_tests"
SESSIONS, REFUNDS = "/v1/checkout/sessions", "/v1/refunds"
TAX_PERCENT = 10
Answer = tuple[int, dict[str, Any]]
PAGE = """<!doctype html><html lang="en"><title>Checkout</title><h1>{title}</h1><p>{total}</p>
<form method="post"><button name="do" value="pay">Pay</button><button name="do" value="cancel">Cancel</button></form>"""


class Checkout:
    """What the account at the provider holds, by number. `outbox` are the events that were not delivered."""

    def __init__(self) -> None:
        self.url = ""
        self.sessions: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.outbox: list[bytes] = []
        self.asked: list[tuple[str, str]] = []
        self.is_down = False
        self.loses_answers = 0
        self.refuses_refunds = False
        self.taxes = False
        self.forbids = ""
        self.endpoints: list[dict[str, Any]] = []
        self._keys: dict[str, tuple[dict[str, str], Answer]] = {}
        self._number = count(1)
        self._guard = threading.RLock()

    # The API ------------------------------------------------------------------------------------------------------

    def answer(self, method: str, address: str, form: dict[str, str], headers: Any) -> Answer | None:
        """What the API answers; None: the answer is lost on the way, though what was asked is done."""
        with self._guard:
            path, _mark, query = address.partition("?")
            asked = {**dict(parse_qsl(query)), **form}
            self.asked.append((method, path))
            if self.is_down:
                return 503, {"error": {"type": "api_error", "message": "down"}}
            if headers.get("Authorization") != f"Bearer {KEY}":
                return 401, _error("invalid_api_key")
            answer = self._once(method, path, asked, headers.get("Idempotency-Key", "") if method == "POST" else "")
            if method == "POST" and self.loses_answers:
                self.loses_answers -= 1
                return None
            return answer

    def _once(self, method: str, path: str, asked: dict[str, str], key: str) -> Answer:
        if key in self._keys:
            before, answer = self._keys[key]
            return answer if before == asked else (400, _error("idempotency_key_in_use"))
        answer = self._answer(method, path, asked)
        if key and (path in {SESSIONS, REFUNDS}):
            self._keys[key] = (asked, answer)
        return answer

    def _answer(self, method: str, path: str, asked: dict[str, str]) -> Answer:  # noqa: PLR0911 - one an operation
        if (method, path) == ("POST", SESSIONS):
            return self._open(asked)
        if path.startswith(f"{SESSIONS}/"):
            reference, _slash, act = path.removeprefix(f"{SESSIONS}/").partition("/")
            if reference not in self.sessions:
                return 404, _error("resource_missing")
            return self._expire(reference) if act == "expire" else (200, self._shown(reference))
        if (method, path) == ("POST", REFUNDS):
            return self._refund(asked)
        if (about_the_account := self._account(path, asked)) is not None:
            return about_the_account
        if path in {REFUNDS, "/v1/disputes"}:
            held = self.refunds if path == REFUNDS else self.disputes
            return 200, _list(path, [one for one in held.values() if one["payment_intent"] == asked["payment_intent"]])
        if path == "/v1/events":
            since = int(asked.get("created[gte]", 0))
            return 200, _list(path, [one for one in self.events if one["created"] >= since])
        return 404, _error("resource_missing")

    def _account(self, path: str, asked: dict[str, str]) -> Answer | None:
        """What is asked about the account itself, and not about one order."""
        if self.forbids and path.startswith(self.forbids):
            return 403, {"error": {"type": "invalid_request_error", "message": "not permitted"}}
        if path == "/v1/balance":
            return 200, {"object": "balance", "available": []}
        if path == "/v1/webhook_endpoints":
            return 200, _list(path, self.endpoints)
        is_whole = path in {REFUNDS, "/v1/disputes"} and "payment_intent" not in asked
        return (200, _list(path, [])) if path == SESSIONS or is_whole else None

    def _open(self, asked: dict[str, str]) -> Answer:
        amount = int(asked["line_items[0][price_data][unit_amount]"])
        left = int(asked["expires_at"]) - clock.now().timestamp()
        if amount < 50 or not 1800 <= left <= 86400:
            return 400, _error("amount_too_small" if amount < 50 else "parameter_invalid_integer")
        tax = amount * TAX_PERCENT // 100 if self.taxes and asked["automatic_tax[enabled]"] == "true" else 0
        reference = f"cs_test_{next(self._number)}"
        self.sessions[reference] = {
            "id": reference,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "client_reference_id": asked["client_reference_id"],
            "currency": asked["line_items[0][price_data][currency]"],
            "amount_subtotal": amount,
            "amount_total": amount + tax,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": tax},
            "customer_email": asked["customer_email"],
            "metadata": {"order": asked["metadata[order]"]},
            "payment_intent": None,
            "invoice": None,
            "url": f"{self.url}/pay/{reference}",
            "success_url": asked["success_url"],
            "cancel_url": asked["cancel_url"],
            "expires_at": int(asked["expires_at"]),
            "invoices": asked["invoice_creation[enabled]"] == "true",
            "title": asked["line_items[0][price_data][product_data][name]"],
        }
        return 200, self._shown(reference)

    def _shown(self, reference: str) -> dict[str, Any]:
        session = self.sessions[reference]
        if session["status"] == "open" and session["expires_at"] <= clock.now().timestamp():
            self.expires(reference)
        intent = self.intents.get(session["payment_intent"] or "")
        url = session["url"] if session["status"] == "open" else None
        invoice = f"{self.url}/invoice/{reference}" if session["invoices"] and session["payment_status"] == "paid" else None
        whole = None if invoice is None else {"id": f"in_{reference}", "object": "invoice", "hosted_invoice_url": invoice}
        return {**session, "url": url, "payment_intent": intent, "invoice": whole}

    def _expire(self, reference: str) -> Answer:
        if self._shown(reference)["status"] != "open":
            return 400, _error("checkout_session_not_open")
        self.expires(reference)
        return 200, self._shown(reference)

    def _refund(self, asked: dict[str, str]) -> Answer:
        payment, amount = asked["payment_intent"], int(asked["amount"])
        if self.refuses_refunds:
            return 400, _error("charge_disputed")
        if payment not in self.intents or amount > self.left_of(payment):
            return 400, _error("charge_already_refunded")
        return 200, self.gives_back(payment, amount, mark=asked.get("metadata[refund]", ""))

    def left_of(self, payment: str) -> int:
        """What of a payment the account still has, without what is on its way back."""
        back = [
            one["amount"] for one in self.refunds.values() if one["payment_intent"] == payment and one["status"] != "failed"
        ]
        return int(self.intents[payment]["amount"]) - sum(back)

    # What happens there -------------------------------------------------------------------------------------------

    def pays(self, reference: str, *, later: bool = False) -> str:
        """Somebody pays on the page; `later`: by a means that takes days. The number of the payment."""
        with self._guard:
            session = self.sessions[reference]
            if self._shown(reference)["status"] != "open":
                return str(session["payment_intent"] or "")
            payment = f"pi_{next(self._number)}"
            self.intents[payment] = {
                "id": payment,
                "object": "payment_intent",
                "amount": session["amount_total"],
                "status": "processing" if later else "succeeded",
                "metadata": dict(session["metadata"]),
                "latest_charge": {"id": f"ch_{payment}", "object": "charge", "receipt_url": f"{self.url}/receipt/{payment}"},
            }
            session.update(status="complete", payment_intent=payment, payment_status="unpaid" if later else "paid")
            self._tell("checkout.session.completed", session)
            return payment

    def clears(self, reference: str, *, well: bool) -> None:
        """A payment that took days arrives, or does not."""
        session = self.sessions[reference]
        intent = self.intents[session["payment_intent"]]
        if intent["status"] != "processing":
            return
        intent["status"] = "succeeded" if well else "requires_payment_method"
        session["payment_status"] = "paid" if well else "unpaid"
        self._tell(f"checkout.session.async_payment_{'succeeded' if well else 'failed'}", session)

    def expires(self, reference: str) -> None:
        """Nobody paid in time."""
        session = self.sessions[reference]
        if session["status"] == "open":
            session["status"] = "expired"
            self._tell("checkout.session.expired", session)

    def gives_back(self, payment: str, amount: int, *, mark: str = "", status: str = "succeeded") -> dict[str, Any]:
        """Money is returned: as the portal asked, or by hand at the provider."""
        reference = f"re_{next(self._number)}"
        self.refunds[reference] = {
            "id": reference,
            "object": "refund",
            "amount": amount,
            "payment_intent": payment,
            "status": status,
            "metadata": {"refund": mark} if mark else {},
        }
        self._tell("refund.created", self.refunds[reference])
        return self.refunds[reference]

    def fails_to_give_back(self, reference: str) -> None:
        """A bank refuses the money, days later."""
        self.refunds[reference].update(status="failed", failure_reason="lost_or_stolen_card")
        self._tell("refund.failed", self.refunds[reference])

    def disputes_it(self, payment: str, *, status: str = "needs_response") -> str:
        """A buyer's bank takes a payment back."""
        reference = f"du_{next(self._number)}"
        self.disputes[reference] = {
            "id": reference,
            "object": "dispute",
            "amount": self.intents[payment]["amount"],
            "payment_intent": payment,
            "status": status,
            "reason": "fraudulent",
            "metadata": {},
        }
        self._tell("charge.dispute.created", self.disputes[reference])
        return reference

    def decides(self, reference: str, status: str) -> None:
        """The bank decides a dispute."""
        self.disputes[reference]["status"] = status
        self._tell("charge.dispute.closed", self.disputes[reference])

    def _tell(self, kind: str, thing: dict[str, Any]) -> None:
        now = int(clock.now().timestamp())
        number = f"evt_{next(self._number)}"
        event = {"id": number, "object": "event", "type": kind, "created": now, "data": {"object": dict(thing)}}
        self.events.append(event)
        self.outbox.append(json.dumps(event).encode())

    # The page -----------------------------------------------------------------------------------------------------

    def page(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        """The page of payment: status, where it leads, and what it shows."""
        reference = path.removeprefix("/pay/")
        session = self.sessions.get(reference)
        if session is None:
            return 404, "", "Nothing here."
        if method == "POST":
            if form.get("do") == "pay":
                self.pays(reference)
            return 303, session["success_url" if form.get("do") == "pay" else "cancel_url"], ""
        if self._shown(reference)["status"] != "open":
            return 200, "", "<h1>You're all done here</h1>"
        total = f"{session['amount_total']} {session['currency']}"
        return 200, "", PAGE.format(title=session["title"], total=total)


def signature(body: bytes, *, at: float, secret: str = WEBHOOK_SECRET) -> str:
    """The header `Stripe-Signature`."""
    digest = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={digest},v0=ignored"


def _error(code: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "code": code, "message": "in Stripe's words"}}


def _list(path: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "url": path, "has_more": False, "data": list(reversed(rows))}


@contextmanager
def serving(port: int = 0) -> Iterator[Checkout]:
    """The account behind a real socket."""
    account = Checkout()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))
            if urlsplit(self.path).path.startswith("/pay/"):
                status, leads_to, shown = account.page(self.command, urlsplit(self.path).path, form)
                self._send(status, shown.encode(), "text/html; charset=utf-8", leads_to)
                return
            if not self.path.startswith("/v1/"):
                self._send(204, b"", "image/x-icon", "")  # a browser asks for an icon
                return
            answer = account.answer(self.command, self.path, form, self.headers)
            if answer is None:
                self.close_connection = True
                return
            self._send(answer[0], json.dumps(answer[1]).encode(), "application/json", "")

        def _send(self, status: int, body: bytes, kind: str, leads_to: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if leads_to:
                self.send_header("Location", leads_to)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    account.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        time.sleep(0)
