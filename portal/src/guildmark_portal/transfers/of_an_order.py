"""What became of the right that an order bought: offered to somebody, or given on (rule G6)."""

from datetime import datetime

from django.db.models import Q

from guildmark.rules.transfer import OfferStanding
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.orders.models import Order
from guildmark_portal.transfers.models import Transfer

_SHOWN = frozenset({OfferStanding.OFFERED, OfferStanding.ACCEPTED})


def latest(order: Order, *, now: datetime) -> Transfer | None:
    """What its buyer offers, or gave on, and what stands of it now; None where they hold the right, or nobody answered."""
    if order.paid_at is None or order.user_id is None:
        return None
    made = Transfer.objects.filter(giver=order.user_id, right__in=_rights(order)).select_related("right", "taken")
    last = made.exclude(Q(declined_at__isnull=False) | Q(withdrawn_at__isnull=False)).first()
    if last is None or last.standing(now=now) not in _SHOWN:
        return None
    is_back = last.accepted_at is not None and _is_with(order.user_id, _rights(order))
    return None if is_back else last


def _rights(order: Order) -> list[int]:
    """Every right that ever stood for it: a chain of those that were given on, and of what was granted again."""
    found = set(
        Entitlement.objects.filter(Q(once=order.once) | Q(once__startswith=f"{order.once}:again:")).values_list("pk", flat=True)
    )
    newest = found
    while newest:
        moved = Entitlement.objects.filter(once__in=[f"moved:{pk}" for pk in newest]).values_list("pk", flat=True)
        newest = set(moved) - found
        found |= newest
    return sorted(found)


def _is_with(user: int, rights: list[int]) -> bool:
    """Whether `user` has one of them again: whoever was given it gave it back."""
    return Entitlement.objects.filter(pk__in=rights, user=user, voided_at=None).exists()
