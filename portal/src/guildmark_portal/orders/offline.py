"""Payments by other means, as staff see them on the bank's paper: confirmed once, with their reference."""

from datetime import datetime

from django.db import transaction

from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.orders import settling
from guildmark_portal.orders.models import CheckoutSession, Order
from guildmark_portal.orders.provider import Stand, configured
from guildmark_portal.orders.refusals import OrderOver, OrderPaid, OwnOrder, PaymentUnavailable


def confirm(*, order: Order, reference: str, actor: User, now: datetime) -> bool:
    """Write down that what is due was paid by other means; False if that very reference was confirmed before.

    The page of payment is closed first, so that nobody pays twice. Raises `OwnOrder`, `OrderPaid`, `OrderOver` and
    `PaymentUnavailable`.
    """
    if order.user_id == actor.pk:
        raise OwnOrder
    for visit in CheckoutSession.objects.filter(order=order, ended_at=None).exclude(reference=""):
        provider = configured()
        if provider is None:
            raise PaymentUnavailable
        if provider.close(visit.reference).stand in {Stand.PAID, Stand.PROCESSING}:
            settling.settle(order, provider=provider, now=now)
            raise OrderPaid
    return _confirmed(order, reference=reference, actor=actor, now=now)


@transaction.atomic
def _confirmed(order: Order, *, reference: str, actor: User, now: datetime) -> bool:
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    if fresh.paid_at is not None and fresh.reference == reference:
        return False
    if fresh.paid_at is not None or fresh.processing_at is not None:
        raise OrderPaid
    if fresh.given_up_at is not None:
        raise OrderOver
    CheckoutSession.objects.filter(order=fresh, ended_at=None).update(ended_at=now)
    return settling.pay(fresh, paid=fresh.due, reference=reference, confirmed_by=audit.name_of(actor), now=now)
