"""Finding orders for staff: by who ordered, by a number, and those that wait for people."""

import re
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from guildmark_portal.orders.models import Order

SHORTEST: Final = 3
MOST: Final = 20
MOST_WAITING: Final = 100
_SHORT: Final = 8
"""So many letters of its number name an order where people write it by hand."""
_NUMBER: Final = re.compile(rf"[0-9a-f]{{{_SHORT},32}}")
_LENGTH: Final = 32


def _all() -> QuerySet[Order]:
    return Order.objects.select_related("user", "program").prefetch_related("refunds", "disputes")


def found(sought: str) -> list[Order]:
    """The newest orders of whoever has that in name or address; or the one with that number, of ours or the provider's.

    Of ours its beginning is enough, as it stands on a bank's statement.
    """
    meant = Q(payment=sought) | Q(reference=sought) | Q(sessions__reference=sought)
    meant |= Q(refunds__reference=sought) | Q(disputes__reference=sought)
    written = re.sub(r"[\s-]", "", sought).lower()
    if _NUMBER.fullmatch(written):
        meant |= _beginning(written)
    if len(sought) >= (SHORTEST if sought.isascii() else SHORTEST - 1):
        meant |= Q(user__email__icontains=sought) | Q(user__name__icontains=sought)
    return list(_all().filter(meant).distinct()[:MOST])


def short_number(order: Order) -> str:
    """What a buyer writes on a payment: the beginning of the number, or all of it where another order begins so too."""
    beginning = order.pk.hex[:_SHORT]
    is_alone = not Order.objects.filter(_beginning(beginning)).exclude(pk=order.pk).exists()
    return beginning.upper() if is_alone else str(order.pk)


def _beginning(written: str) -> Q:
    """Those whose number begins so: a range, because databases keep it with dashes, without, or as a number."""
    return Q(pk__range=(UUID(written.ljust(_LENGTH, "0")), UUID(written.ljust(_LENGTH, "f"))))


def unpaid() -> list[Order]:
    """The newest orders that wait for their payment; one that is under way at the provider does not wait for people."""
    return list(_all().filter(paid_at=None, given_up_at=None, processing_at=None)[:MOST_WAITING])


def waiting_for_people() -> list[Order]:
    """Disputes that nobody looked at, money that could not be returned, and money that people are to return."""
    unseen = Q(disputes__isnull=False, disputes__seen_at=None)
    failed = Q(refunds__failed_at__isnull=False)
    by_hand = Q(payment="", refunds__isnull=False, refunds__done_at=None, refunds__failed_at=None)
    listed = _all().filter(unseen | failed | by_hand).distinct()[:MOST_WAITING]
    return [order for order in listed if _waits(order)]


def _waits(order: Order) -> bool:
    """One whose failed refund was repeated with success does not."""
    is_seen = all(one.seen_at is not None for one in order.disputes.all())
    return not is_seen or order.standing.value in {"refund_failed", "refund_asked"}
