"""The right to sit that an order is worth: there while the money of it is held, exactly one.

The first is granted `once` for the order. It may have been given on since (`entitling.transfer`): what stands for it now is
found by following. One that was taken back for a dispute or a refund is granted again where that came to nothing.
"""

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from guildmark.rules.entitlement import is_over
from guildmark.rules.order import DisputeOutcome, OrderStanding
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import entitlement_letters, entitling
from guildmark_portal.exams.models import Entitlement, Voided
from guildmark_portal.exams.refusals import EntitlementGone
from guildmark_portal.orders.models import Dispute, Order
from guildmark_portal.vouchers.models import Use

PAYMENT: Final = "payment"
_COMES_BACK: Final = frozenset({Voided.DISPUTE.value, Voided.REFUND.value})


def right_of(order: Order) -> Entitlement | None:
    """The right that stands for an order now, whatever it is worth; None before it was paid."""
    granted = _granted(order).order_by("-pk").first()
    while granted is not None and granted.voided == Voided.MOVED.value:
        moved = Entitlement.objects.filter(once=f"moved:{granted.pk}").first()
        if moved is None:
            break
        granted = moved
    return granted


def _granted(order: Order) -> QuerySet[Entitlement]:
    return Entitlement.objects.filter(Q(once=order.once) | Q(once__startswith=f"{order.once}:again:"))


def align(order: Order, *, now: datetime) -> Entitlement | None:
    """Grant, take back or grant again, so that the right is there exactly while the order is worth one. Locks nothing itself.

    What was spent stays spent: people look at it (`Dispute`, and the desk's list). What is given on at this very moment is
    followed.
    """
    right, facts = right_of(order), order.facts
    if facts.is_worth_a_right:
        if right is None:
            return _grant(order, order.once, now=now)
        if right.voided in _COMES_BACK and not is_over(right.valid_until, now=right.voided_at or now):
            return _again(order, right, now=now)
        return right
    is_disputed = facts.standing in {OrderStanding.DISPUTED, OrderStanding.DISPUTE_LOST}
    why = Voided.DISPUTE if is_disputed else Voided.REFUND
    while right is not None and right.voided_at is None and not take_back(order, right, why=why, now=now):
        stands = right_of(order)
        if stands == right:
            break
        right = stands
    return right


def take_back(order: Order, right: Entitlement, *, why: Voided, now: datetime) -> bool:
    """Take it back if it is unspent; whether that was done. A dispute remembers that it did."""
    try:
        if not entitling.void(entitlement=right, why=why, actor=audit.SYSTEM, now=now):
            return False
    except EntitlementGone:
        return False
    if why is Voided.DISPUTE:
        open_ones = [one.pk for one in order.disputes.all() if one.outcome in {DisputeOutcome.OPEN, DisputeOutcome.LOST}]
        Dispute.objects.filter(pk__in=open_ones).update(took_right=True)
    right.refresh_from_db()
    entitlement_letters.tell_voided(right)
    return True


def _grant(order: Order, once: str, *, now: datetime, like: Entitlement | None = None) -> Entitlement | None:
    """For whoever held the one that it is `like`, also where the buyer's account is gone; None where nobody is left."""
    holder = order.user if like is None else like.user or like.email or order.user
    if not holder:
        return None
    lasts = None if like is None or is_over(like.valid_until, now=now) else like.valid_until
    program = order.program if like is None else like.program
    source = _source(order) if like is None else like.source
    return entitling.grant(to=holder, program=program, source=source, actor=audit.SYSTEM, now=now, until=lasts, once=once)


def _source(order: Order) -> str:
    """What was paid for, if anything: an order of nothing is a voucher, which may be somebody's own."""
    use = None if order.due else Use.objects.filter(once=order.once).select_related("voucher__batch").first()
    return PAYMENT if use is None else use.voucher.batch.source


def _again(order: Order, right: Entitlement, *, now: datetime) -> Entitlement | None:
    """With the last day that it had; one whose last day went by meanwhile lasts anew, because nobody could use it.

    What was over before it was taken back stays so (`align`).
    """
    again = _grant(order, f"{order.once}:again:{right.pk}", now=now, like=right)
    if again is not None:
        entitlement_letters.tell_granted(again)
    return again
