"""Signed messages of the provider: kept once by their number, with a job that asks how the order stands now."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildmark_portal.orders import settling
from guildmark_portal.orders.models import CheckoutSession, Order, ProviderEvent
from guildmark_portal.orders.provider import Event


@transaction.atomic
def receive(*, event: Event, now: datetime) -> bool:
    """Keep a message and have its order looked at; False if it was kept before.

    One of no order that is known here yet is kept, too: whoever looks at the order later sees all that happened.
    """
    order = _order_of(event)
    _kept, is_new = ProviderEvent.objects.get_or_create(
        event=event.id, defaults={"kind": event.kind, "order": order, "told_at": event.at, "received_at": now}
    )
    if is_new and order is not None:
        _remember_page(order, event.session)
        settling.soon(order)
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
    return Order.objects.filter(payment=event.payment).first() if event.payment else None
