"""Finding orders for staff: by who ordered, by a number, and those that wait for people."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from guildmark_portal.orders.models import Order

SHORTEST: Final = 3
MOST: Final = 20
_MOST_WAITING: Final = 100


def _all() -> QuerySet[Order]:
    return Order.objects.select_related("user", "program").prefetch_related("refunds", "disputes")


def found(sought: str) -> list[Order]:
    """The newest orders of whoever has that in name or address; or the one with that number, of ours or the provider's."""
    meant = Q(payment=sought) | Q(reference=sought) | Q(sessions__reference=sought)
    meant |= Q(refunds__reference=sought) | Q(disputes__reference=sought)
    with suppress(ValueError):
        meant |= Q(pk=UUID(sought))
    if len(sought) >= (SHORTEST if sought.isascii() else SHORTEST - 1):
        meant |= Q(user__email__icontains=sought) | Q(user__name__icontains=sought)
    return list(_all().filter(meant).distinct()[:MOST])


def waiting_for_people() -> list[Order]:
    """Disputes that nobody looked at, money that could not be returned, and money that people are to return."""
    unseen = Q(disputes__isnull=False, disputes__seen_at=None)
    failed = Q(refunds__failed_at__isnull=False)
    by_hand = Q(payment="", refunds__isnull=False, refunds__done_at=None, refunds__failed_at=None)
    listed = _all().filter(unseen | failed | by_hand).distinct()[:_MOST_WAITING]
    return [order for order in listed if _waits(order)]


def _waits(order: Order) -> bool:
    """One whose failed refund was repeated with success does not."""
    is_seen = all(one.seen_at is not None for one in order.disputes.all())
    return not is_seen or order.standing.value in {"refund_failed", "refund_asked"}
