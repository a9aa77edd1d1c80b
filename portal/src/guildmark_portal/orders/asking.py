"""Asking the provider, where it may know of a thing no more, or say what no column takes.

A page that is gone there is over: nobody pays on it. What a payment is described with may be left out; the payment never is.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from guildmark_portal.orders.provider import AfterPayment, NotThere, Provider, Refusal, Session
from guildmark_portal.orders.refusals import PaymentUnavailable

_LOG: Final = logging.getLogger(__name__)
LONGEST_NUMBER: Final = 200
_LONGEST_ADDRESS: Final = 2000
_LONGEST_STATUS: Final = 40
_LONGEST_WHY: Final = 80


def fitting(text: str, *, longest: int = LONGEST_NUMBER) -> str:
    """The text, or nothing where a database would refuse it: too long, or with what is no sign of a text."""
    return text if len(text) <= longest and text.isprintable() else ""


def session_of(provider: Provider, reference: str) -> Session | None:
    """A page of payment as it stands now; None where the provider knows of it no more. Raises `PaymentUnavailable`."""
    return _told(provider.session, reference)


def closed(provider: Provider, reference: str) -> Session | None:
    """Let nobody pay there any more; how it stands then, as above. Raises `PaymentUnavailable`."""
    return _told(provider.close, reference)


def _told(ask: Callable[[str], Session], reference: str) -> Session | None:
    try:
        found = ask(reference)
    except NotThere:
        _LOG.warning("The provider knows of the page of payment %s no more: it is over.", reference)
        return None
    except Refusal:
        raise PaymentUnavailable from None
    return replace(
        found,
        payment=fitting(found.payment),
        receipt=fitting(found.receipt, longest=_LONGEST_ADDRESS),
        invoice=fitting(found.invoice, longest=_LONGEST_ADDRESS),
    )


def after(provider: Provider, payment: str, currency: str) -> AfterPayment:
    """What has happened to a payment since; nothing where the provider knows of it no more. Raises `PaymentUnavailable`."""
    try:
        found = provider.after(payment, currency)
    except NotThere:
        _LOG.warning("The provider knows of the payment %s no more.", payment)
        return AfterPayment()
    except Refusal:
        raise PaymentUnavailable from None
    disputes = [
        replace(one, status=one.status[:_LONGEST_STATUS], reason=fitting(one.reason or "", longest=_LONGEST_WHY))
        for one in found.disputes
    ]
    return replace(found, disputes=tuple(disputes))
