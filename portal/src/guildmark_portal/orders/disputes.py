"""Disputes that staff looked at. What follows from one by itself stands in `rights`."""

from datetime import datetime

from django.db import transaction

from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.orders.models import Dispute, Order
from guildmark_portal.orders.refusals import OwnOrder


@transaction.atomic
def seen(*, order: Order, note: str, actor: User, now: datetime) -> int:
    """Write down that somebody looked at the disputes of an order as they stand; how many. Raises `OwnOrder`."""
    if order.user_id == actor.pk:
        raise OwnOrder
    looked_at = Dispute.objects.filter(order=order, seen_at=None)
    count = looked_at.update(seen_at=now, seen_by=audit.name_of(actor), note=note)
    if count:
        audit.record(actor=actor, action="order.dispute_seen", subject=order, detail={"disputes": count})
    return count
