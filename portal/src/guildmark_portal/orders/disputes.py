"""Disputes as they are told, and as staff looked at them. What follows from one by itself stands in `rights`."""

from datetime import datetime

from django.db import transaction

from guildmark.rules.order import DisputeOutcome, outcome_of
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.orders.models import Dispute, Order
from guildmark_portal.orders.provider import Disputed
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


def write(order: Order, told: Disputed, *, now: datetime) -> None:
    """Write down how a dispute stands, with the order's row locked."""
    known, is_new = Dispute.objects.get_or_create(
        reference=told.reference,
        defaults={
            "order": order,
            "amount": told.amount,
            "status": told.status,
            "reason": told.reason,
            "found_at": now,
            "changed_at": now,
        },
    )
    if not is_new and (known.status == told.status or _is_late(known.outcome, outcome_of(told.status))):
        return
    # What changed is to be looked at anew.
    Dispute.objects.filter(pk=known.pk).update(status=told.status, changed_at=now, seen_at=None)
    audit.record(actor="provider:stripe", action="order.disputed", subject=order, detail={"status": told.status})


def _is_late(known: DisputeOutcome, told: DisputeOutcome) -> bool:
    """Whether it was asked before the bank decided, and is written down after: what is decided is not open again."""
    decided = {DisputeOutcome.WON, DisputeOutcome.LOST}
    return known in decided and told not in decided
