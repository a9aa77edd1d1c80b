"""What the portal needs of a payment provider: a page of payment, how it stands now, money back, and signed messages.

What the provider's own library looks like stands in `stripe` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from django.conf import settings

from guildmark.rules.money import Money
from guildmark_portal.payments_config import STRIPE


class NotGenuine(Exception):
    """A message that the provider has not signed, or not lately."""


class Refusal(Exception):
    """The provider refuses what was asked: asking again would not help. The message is a short code of theirs."""


class NotThere(Refusal):
    """The provider knows of no such thing."""


class TooSmall(Refusal):
    """The provider takes no amount as small as that."""


class Stand(str, Enum):
    """Where a visit to the page of payment stands. Only an open one can still be paid."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class BackStand(str, Enum):
    """Where money on its way back stands."""

    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Visit:
    """What a page of payment is asked for. `key` is the same for a request that is repeated."""

    order: UUID
    key: str
    title: str
    due: Money
    email: str
    language: str
    expires_at: datetime
    back: str


@dataclass(frozen=True)
class Session:
    """A page of payment as it stands. `total` is what was paid, `tax` in it; `due` is what was asked, without tax."""

    reference: str
    url: str
    stand: Stand
    order: str
    due: Money
    total: Money
    tax: Money
    payment: str = ""
    receipt: str = ""
    invoice: str = ""


@dataclass(frozen=True)
class Back:
    """Money on its way back. `mark` is the number that the portal gave it; empty for what it did not ask for."""

    reference: str
    amount: int
    stand: BackStand
    mark: str = ""
    failure: str = ""


@dataclass(frozen=True)
class Disputed:
    """A dispute, or a bank's inquiry; `status` and `reason` are the provider's words."""

    reference: str
    amount: int
    status: str
    reason: str


@dataclass(frozen=True)
class Event:
    """A message: `id` is the same however often it is delivered. It says of which order it is, or of which payment.

    `session` is the page of payment that it is about, if it is about one.
    """

    id: str
    kind: str
    at: datetime
    order: str = ""
    payment: str = ""
    session: str = ""


@dataclass(frozen=True)
class AfterPayment:
    """What has happened to a payment since."""

    back: tuple[Back, ...] = field(default_factory=tuple)
    disputes: tuple[Disputed, ...] = field(default_factory=tuple)


class Examined(str, Enum):
    """What is asked for when the provider is examined."""

    KEY = "key"
    PAGES = "pages"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    MESSAGES = "messages"
    ENDPOINT = "endpoint"


@dataclass(frozen=True)
class Finding:
    """What was found about it: `said` in the provider's short words where it is not good; `missing` events of an endpoint."""

    what: Examined
    is_good: bool
    said: str = ""
    missing: tuple[str, ...] = ()


class Provider(Protocol):
    """Each may raise `PaymentUnavailable`, where asking again helps, and `Refusal`; `read` never asks anybody."""

    def open(self, visit: Visit) -> Session:
        """A page of payment; the same `key` answers the same one again."""

    def session(self, reference: str) -> Session:
        """A page of payment as it stands now."""

    def close(self, reference: str) -> Session:
        """Let nobody pay there any more; how it stands then, which may be paid."""

    def after(self, payment: str, currency: str) -> AfterPayment:
        """What has happened to a payment since it was made."""

    def give_back(self, *, payment: str, money: Money, key: str) -> Back:
        """Return money; the same `key` returns it once."""

    def read(self, *, signature: str, body: bytes, now: datetime) -> Event | None:
        """A message, None for one that means nothing here. Raises `NotGenuine`."""

    def events(self, *, since: datetime) -> Iterator[Event]:
        """What the provider has told since then, whether it was delivered or not."""

    def examine(self, *, told_at: str) -> tuple[Finding, ...]:
        """Whether the key may do what it has to, and messages are sent to the address `told_at`. It changes nothing."""


def configured() -> Provider | None:
    """The provider that this portal uses; None without one, or without its secrets."""
    payments, secrets = settings.PAYMENTS, settings.PAYMENT_SECRETS
    if payments.mode != STRIPE or not secrets:
        return None
    from guildmark_portal.orders.stripe import Stripe

    return Stripe(payments, secrets)
