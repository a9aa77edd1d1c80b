"""Stripe Checkout, by Stripe's own library: https://docs.stripe.com/api/checkout/sessions.

A page of payment is a Checkout Session of one line, the fee with a voucher's part taken off. Stripe collects card and wallet,
computes tax and writes receipts. What it tells comes as signed events, of which only the number, the kind and whose it is are
believed. Neither the key nor the webhook's secret is ever logged; nor is what Stripe says in words, which may hold addresses.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

import stripe

from guildmark.rules.money import Money, digits
from guildmark_portal.orders.provider import (
    AfterPayment,
    Back,
    BackStand,
    Disputed,
    Event,
    Finding,
    NotGenuine,
    NotThere,
    Refusal,
    Session,
    Stand,
    TooSmall,
    Visit,
)
from guildmark_portal.orders.refusals import PaymentUnavailable
from guildmark_portal.orders.stripe_examined import examined
from guildmark_portal.payments_config import Payments, PaymentSecrets

_LOG: Final = logging.getLogger(__name__)
TOLERANCE_S: Final = 300
_TIMEOUT_S: Final = 10
_RETRIES: Final = 1
_EXPANDED: Final = ["payment_intent.latest_charge", "invoice"]
_NO_DIGITS: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DIGITS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Stripe's own tables, which are not those of ISO 4217: https://docs.stripe.com/currencies#zero-decimal. It takes ISK and UGX
in hundredths, though they have none, and MGA without, though it has some; the last of three digits must be 0."""
_TWO: Final = 2
_LANGUAGES: Final = {"en": "en", "ko": "ko", "zh-hans": "zh"}
EVENTS: Final = (
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
"""What the endpoint is to be subscribed to; any other event means nothing here."""
_OF_INTENT: Final = {
    "succeeded": Stand.PAID,
    "processing": Stand.PROCESSING,
    "requires_payment_method": Stand.FAILED,
    "canceled": Stand.FAILED,
}
_OF_REFUND: Final = {"succeeded": BackStand.DONE, "failed": BackStand.FAILED, "canceled": BackStand.FAILED}
_REFUSALS: Final = {"resource_missing": NotThere, "amount_too_small": TooSmall}
_P = ParamSpec("_P")
_R = TypeVar("_R")


def _asked(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """What Stripe's library raises, as what this portal does about it."""

    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except stripe.InvalidRequestError as error:
            _LOG.warning("Stripe refused what was asked: %s %s", error.code, error.param)
            raise _REFUSALS.get(error.code or "", Refusal)(error.code or "invalid_request") from None
        except stripe.StripeError as error:  # no answer, too many requests, a key that is not right
            _LOG.warning("Stripe did not do what was asked: %s %s", type(error).__name__, error.http_status)
            raise PaymentUnavailable from None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            _LOG.warning("Stripe answered what it does not document: %s", error)
            raise PaymentUnavailable from None

    return wrapped


class Stripe:
    """Stripe at `payments.url`; people are sent to `payments.pages` and nowhere else."""

    def __init__(self, payments: Payments, secrets: PaymentSecrets) -> None:
        self._payments, self._secret = payments, secrets.webhook_secret
        stripe.enable_telemetry = False
        client = stripe.StripeClient(
            secrets.key,
            base_addresses={"api": payments.url},
            max_network_retries=_RETRIES,
            http_client=stripe.RequestsClient(timeout=_TIMEOUT_S),
        )
        self._v1 = client.v1

    @_asked
    def open(self, visit: Visit) -> Session:
        """A page of payment; the same `key` answers the same one again."""
        made = self._v1.checkout.sessions.create(
            params=self._asking_for(visit),
            options={"idempotency_key": visit.key},
        )
        return self._session(made)

    def _asking_for(self, visit: Visit) -> Any:
        product = {"name": visit.title, **({"tax_code": self._payments.tax_code} if self._payments.tax_code else {})}
        price = {
            "currency": visit.due.currency.lower(),
            "unit_amount": _theirs(visit.due),
            "product_data": product,
            **({"tax_behavior": "exclusive"} if self._payments.automatic_tax else {}),
        }
        whose = {"order": str(visit.order)}
        return {
            "mode": "payment",
            "client_reference_id": str(visit.order),
            "customer_email": visit.email,
            "line_items": [{"quantity": 1, "price_data": price}],
            "adaptive_pricing": {"enabled": False},  # one currency, that of the order
            "automatic_tax": {"enabled": self._payments.automatic_tax},
            "invoice_creation": {"enabled": self._payments.invoices},
            "payment_intent_data": {"metadata": whose, "receipt_email": visit.email},
            "metadata": whose,
            "locale": _LANGUAGES.get(visit.language, "auto"),
            "expires_at": int(visit.expires_at.timestamp()),
            "success_url": f"{visit.back}?back=paid",
            "cancel_url": f"{visit.back}?back=cancelled",
            "expand": _EXPANDED,
        }

    @_asked
    def session(self, reference: str) -> Session:
        """A page of payment as it stands now."""
        return self._session(self._v1.checkout.sessions.retrieve(reference, params={"expand": _EXPANDED}))

    @_asked
    def close(self, reference: str) -> Session:
        """Let nobody pay there any more. One that is paid, or over, refuses to be closed: how it stands is the answer."""
        try:
            self._v1.checkout.sessions.expire(reference)
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                raise
        return self._session(self._v1.checkout.sessions.retrieve(reference, params={"expand": _EXPANDED}))

    def _session(self, found: Any) -> Session:
        url = str(found.url or "")
        if url and not _is_below(url, self._payments.pages):
            _LOG.warning("Stripe's page is not where it should be: set payments.pages.")
            raise PaymentUnavailable
        intent, invoice, currency = found.payment_intent, found.invoice, found.currency.upper()
        charge = None if intent is None else intent.latest_charge
        return Session(
            reference=found.id,
            url=url,
            stand=_stand(found.status, found.payment_status, None if intent is None else intent.status),
            order=str(found.client_reference_id),
            due=_ours(found.amount_subtotal, currency),
            total=_ours(found.amount_total, currency),
            tax=_ours(found.total_details.amount_tax if found.total_details else 0, currency),
            payment="" if intent is None else intent.id,
            receipt="" if charge is None else _kept(charge.receipt_url, self._payments.pages),
            invoice="" if invoice is None else _kept(invoice.hosted_invoice_url, self._payments.pages),
        )

    @_asked
    def after(self, payment: str, currency: str) -> AfterPayment:
        """Refunds and disputes of a payment, the oldest first."""
        refunds = self._v1.refunds.list(params={"payment_intent": payment, "limit": 100})
        disputes = self._v1.disputes.list(params={"payment_intent": payment, "limit": 100})
        return AfterPayment(
            tuple(_back(one, currency) for one in reversed(list(refunds.auto_paging_iter()))),
            tuple(
                Disputed(one.id, _ours(one.amount, currency).amount, one.status, one.reason)
                for one in reversed(list(disputes.auto_paging_iter()))
            ),
        )

    @_asked
    def give_back(self, *, payment: str, money: Money, key: str) -> Back:
        """Return money; the same `key` returns it once."""
        made = self._v1.refunds.create(
            params={"payment_intent": payment, "amount": _theirs(money), "metadata": {"refund": key}},
            options={"idempotency_key": key},
        )
        return _back(made, money.currency)

    def read(self, *, signature: str, body: bytes, now: datetime) -> Event | None:
        """An event. Raises `NotGenuine` before anything of it is read."""
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._secret)
            told_at = _told_at(signature)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError, IndexError):
            raise NotGenuine from None
        if abs(now.timestamp() - told_at) > TOLERANCE_S:
            raise NotGenuine
        try:
            return _event(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return None  # signed, and yet no event that is documented

    @_asked
    def events(self, *, since: datetime) -> Iterator[Event]:
        """What happened since then, the oldest first, whether it was delivered or not."""
        asked = {"created": {"gte": int(since.timestamp())}, "types": list(EVENTS), "limit": 100}
        listed = list(self._v1.events.list(params=asked).auto_paging_iter())  # type: ignore[arg-type]
        return iter([event for one in reversed(listed) if (event := _event(one.to_dict())) is not None])

    def examine(self, *, told_at: str) -> tuple[Finding, ...]:
        """Whether the key may do what it has to, and messages are sent to the address `told_at`."""
        return tuple(examined(self._v1, told_at=told_at, events=EVENTS))


def _event(found: Mapping[str, Any]) -> Event | None:
    """Of which order an event is: sessions say it, refunds and disputes name the payment."""
    kind, thing = str(found["type"]), found["data"]["object"]
    if kind not in EVENTS:
        return None
    at = datetime.fromtimestamp(int(found["created"]), UTC)
    order = str(thing.get("client_reference_id") or (thing.get("metadata") or {}).get("order") or "")
    session = str(thing["id"]) if kind.startswith("checkout.session.") else ""
    return Event(str(found["id"]), kind, at, order, str(thing.get("payment_intent") or ""), session)


def _stand(status: str, payment_status: str, intent: str | None) -> Stand:
    if status == "open":
        return Stand.OPEN
    if status == "expired":
        return Stand.EXPIRED
    if payment_status in {"paid", "no_payment_required"}:
        return Stand.PAID
    return _OF_INTENT.get(intent or "", Stand.PROCESSING)


def _back(found: Any, currency: str) -> Back:
    stand = _OF_REFUND.get(found.status, BackStand.UNDER_WAY)
    marked = found.metadata.to_dict() if found.metadata else {}
    failure = str(getattr(found, "failure_reason", None) or "")
    return Back(found.id, _ours(found.amount, currency).amount, stand, str(marked.get("refund", "")), failure)


def _digits(currency: str) -> int:
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else _TWO


def _theirs(money: Money) -> int:
    """In Stripe's smallest unit. An amount that has a part of it is refused, as Stripe would refuse it."""
    whole = money.decimal.scaleb(_digits(money.currency))
    if whole != whole.to_integral_value():
        raise Refusal("amount_has_too_many_digits")
    return int(whole)


def _ours(amount: int | None, currency: str) -> Money:
    """In ours; where Stripe's unit is the finer one, without the rest, which is always 0."""
    shift = digits(currency) - _digits(currency)
    return Money((amount or 0) * 10 ** max(shift, 0) // 10 ** max(-shift, 0), currency)


def _kept(url: str | None, pages: str) -> str:
    """An address that a page may link to; empty for what leads anywhere else, such as `javascript:`."""
    try:
        return url if url and (urlsplit(url).scheme == "https" or _is_below(url, pages)) else ""
    except ValueError:  # a bracket without its partner
        return ""


def _told_at(signature: str) -> int:
    """When the message was signed. Raises `ValueError` for none, or two: which of them is signed is not ours to guess."""
    (told,) = (part.strip() for part in signature.split(",") if part.strip().startswith("t="))
    return int(told[2:])


def _is_below(url: str, origin: str) -> bool:
    read = urlsplit(url)
    return f"{read.scheme}://{read.netloc}" == origin
