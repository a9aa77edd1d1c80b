"""Payments by other means, as staff see them on the bank's paper: confirmed once, with their reference."""

from datetime import datetime

from django.db import transaction

from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.conditions import require_conditions
from guildmark_portal.orders import settling
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.refusals import OrderOver, OrderPaid, OwnOrder


def confirm(*, order: Order, reference: str, actor: User, now: datetime) -> bool:
    """Write down that what is due was paid by other means; False if that very reference was confirmed before.

    The page of payment is closed first, so that nobody pays twice. Raises `OwnOrder`, `OrderPaid`, `OrderOver` and
    `PaymentUnavailable`; and what speaks against getting a right to sit, such as the close of registration.
    """
    if order.user_id == actor.pk:
        raise OwnOrder
    if order.user is not None and order.paid_at is None and order.given_up_at is None:
        require_conditions(user=order.user, program=order.program, now=now)
    closed: set[int] = set()
    while True:
        settling.close_pages(order, closed, now=now)
        done = _confirmed(order, closed, reference=reference, actor=actor, now=now)
        if done is not None:
            return done


@transaction.atomic
def _confirmed(order: Order, closed: set[int], *, reference: str, actor: User, now: datetime) -> bool | None:
    """Write it down; None where a page was opened meanwhile that is to be closed first."""
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    if fresh.paid_at is not None and fresh.reference == reference:
        return False
    if fresh.paid_at is not None or fresh.processing_at is not None:
        raise OrderPaid
    if fresh.given_up_at is not None:
        raise OrderOver
    if not settling.end_visits(fresh, closed, now=now):
        return None
    return settling.pay(fresh, paid=fresh.due, reference=reference, confirmed_by=audit.name_of(actor), now=now)
