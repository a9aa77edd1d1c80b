"""Signed messages of the provider: kept once by their number, with a job that asks how the order stands now."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from guildmark_portal.orders import settling
from guildmark_portal.orders.asking import fitting
from guildmark_portal.orders.models import CheckoutSession, Order, ProviderEvent
from guildmark_portal.orders.provider import Event

_LONGEST_PAGE: Final = 160
"""Of a page's number, which is a part of a job's key; those of Stripe have 66 characters."""


@transaction.atomic
def receive(*, event: Event, now: datetime) -> bool:
    """Keep a message and have its order looked at; False if it was kept before.

    One of no order that is known here yet is kept, too: whoever looks at the order later sees all that happened. One with a
    number that no column takes is not kept; its order is looked at all the same.
    """
    order = _order_of(event)
    is_new = _keep(event, order, now=now) if fitting(event.id) else True
    if is_new and order is not None:
        session = fitting(event.session, longest=_LONGEST_PAGE)
        _remember_page(order, session)
        settling.soon(order, session=session)
    return is_new


def _keep(event: Event, order: Order | None, *, now: datetime) -> bool:
    _kept, is_new = ProviderEvent.objects.get_or_create(
        event=event.id, defaults={"kind": event.kind, "order": order, "told_at": event.at, "received_at": now}
    )
    return is_new


def _remember_page(order: Order, reference: str) -> None:
    """The number of a page whose opening was never answered here: what is paid there is for this order, also a given-up one."""
    if not reference or CheckoutSession.objects.filter(reference=reference).exists():
        return
    unanswered = CheckoutSession.objects.filter(order=order, reference="").first()
    if unanswered is not None:
        CheckoutSession.objects.filter(pk=unanswered.pk, reference="").update(reference=reference)


def _order_of(event: Event) -> Order | None:
    if event.order:
        try:
            return Order.objects.filter(pk=UUID(event.order)).first()
        except ValueError:
            return None
    payment = fitting(event.payment)
    return Order.objects.filter(payment=payment).first() if payment else None
