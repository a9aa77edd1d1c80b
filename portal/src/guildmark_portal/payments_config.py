"""How a portal takes money, as `portal.toml` says it.

[payments]
mode = "stripe"                        # or "offline": staff confirm what was paid by other means; empty: nothing is sold
url = "https://api.stripe.com"         # where Stripe's API is
pages = "https://checkout.stripe.com"  # where it sends buyers; no other address is followed
automatic_tax = false                  # whether Stripe computes tax on top of the fee, as your account there is set up
tax_code = ""                          # what is sold, by Stripe's list, such as txcd_20060058; empty: your account's default
invoices = false                       # whether Stripe writes an invoice for every payment, beside its receipt
offline = ""                           # how to pay without a card: shown to buyers as it is written here; empty: not offered

The key: secrets.json, "payments": {"key": "…", "webhook_secret": "…"}, or the variables GUILDMARK_PAYMENTS_KEY and
GUILDMARK_PAYMENTS_WEBHOOK_SECRET. They are others than those of the identity provider: restrict each to what it is for.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final
from urllib.parse import urlsplit

from guildmark.i18n import _

STRIPE: Final = "stripe"
OFFLINE: Final = "offline"
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_LONGEST: Final = 2000


class PaymentsUnfit(ValueError):
    """Something below `payments` cannot be used; the message says what."""


@dataclass(frozen=True)
class Payments:
    """How money is taken; `mode` is `stripe` or `offline`, or empty for not at all."""

    mode: str = ""
    url: str = "https://api.stripe.com"
    pages: str = "https://checkout.stripe.com"
    automatic_tax: bool = False
    tax_code: str = ""
    invoices: bool = False
    offline: str = ""


@dataclass(frozen=True)
class PaymentSecrets:
    """The key of the provider's API, and the secret with which it signs what it sends."""

    key: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether both are there."""
        return bool(self.key and self.webhook_secret)


def parse(document: Any) -> Payments:
    """The table `payments` of the configuration. Raises `PaymentsUnfit`."""
    kinds = {one.name: type(one.default) for one in fields(Payments)}
    if not isinstance(document, Mapping) or set(document) - set(kinds):
        raise PaymentsUnfit(_("payments has {names}, and nothing else").format(names=", ".join(kinds)))
    for name, value in document.items():
        if type(value) is not kinds[name]:
            kind = _("true or false") if kinds[name] is bool else _("a text")
            raise PaymentsUnfit(_("payments.{name} must be {kind}").format(name=name, kind=kind))
    found = Payments(**document)
    if found.mode not in {"", OFFLINE, STRIPE}:
        raise PaymentsUnfit(_("payments.mode must be stripe or offline, or empty for nothing that is sold"))
    if found.mode == OFFLINE and not found.offline.strip():
        raise PaymentsUnfit(_("payments.offline must tell buyers how to pay"))
    if len(found.offline) > _LONGEST:
        raise PaymentsUnfit(_("payments.offline must be no longer than {longest} letters").format(longest=_LONGEST))
    for address in (found.url, found.pages):
        _require_origin(address)
    return found


def _require_origin(address: str) -> None:
    try:
        read = urlsplit(address)
        is_local = read.scheme == "http" and read.hostname in _LOOPBACK
        fits = bool(read.hostname) and (read.scheme == "https" or is_local) and address == f"{read.scheme}://{read.netloc}"
    except ValueError:  # a bracket without its partner
        fits = False
    if not fits or read.username is not None:
        raise PaymentsUnfit(_("{address} must be an origin that begins with https://").format(address=address))


def secrets_of(kept: Mapping[str, str]) -> PaymentSecrets:
    """Key and webhook secret: from the environment, else from the secrets; empty if they are in neither."""
    return PaymentSecrets(
        os.environ.get("GUILDMARK_PAYMENTS_KEY") or kept.get("key", ""),
        os.environ.get("GUILDMARK_PAYMENTS_WEBHOOK_SECRET") or kept.get("webhook_secret", ""),
    )
