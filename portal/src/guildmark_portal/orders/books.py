"""What the books need of orders, refunds and disputes, by the day and with the provider's numbers: rows for a spreadsheet.

Nobody is named: the provider and the operator's own books know the buyers. Amounts are in the unit that people speak of.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from django.db.models import F

from guildmark_portal.orders.models import Dispute, Order, Refund

Row = Sequence[object]


class Book(str, Enum):
    """What is listed: orders by the day of the payment, refunds by that of the request, disputes by that they were found."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    DISPUTES = "disputes"


@dataclass(frozen=True)
class Span:
    """Days in UTC, both of them included; None for no bound."""

    first: date | None = None
    last: date | None = None

    def on(self, field: str) -> dict[str, datetime]:
        """As a query on an instant takes it."""
        bounds = {}
        if self.first is not None:
            bounds[f"{field}__gte"] = datetime.combine(self.first, time(), UTC)
        if self.last is not None and self.last < date.max:  # nothing is later than the last day of the calendar
            bounds[f"{field}__lt"] = datetime.combine(self.last, time(), UTC) + timedelta(days=1)
        return bounds


_ORDERS: Final = (
    *("order", "program", "ordered_at", "paid_at", "currency", "fee", "taken_off_by_voucher", "paid", "tax_in_it"),
    *("returned", "held", "stands", "provider_payment", "offline_reference", "confirmed_by", "invoice"),
)
_REFUNDS: Final = (
    *("refund", "order", "program", "asked_at", "done_at", "failed_at", "currency", "amount", "ends_the_right"),
    *("provider_refund_or_reference", "provider_payment", "asked_by", "failure"),
)
_DISPUTES: Final = (
    *("provider_dispute", "order", "program", "found_at", "changed_at", "currency", "amount", "status", "reason"),
    *("provider_payment", "looked_at"),
)


def rows(book: Book, span: Span) -> tuple[Sequence[str], Iterator[Row]]:
    """The columns' names, and the rows, the oldest first."""
    columns, listed = _BOOKS[book]
    return columns, listed(span)


def _orders(span: Span) -> Iterator[Row]:
    """What a voucher paid whole is no payment."""
    paid = Order.objects.filter(paid_at__isnull=False, **span.on("paid_at")).exclude(discount=F("price"))
    for one in paid.order_by("paid_at", "pk").select_related("program").prefetch_related("refunds", "disputes"):
        back = sum(refund.amount for refund in one.facts.returned if refund.is_done)
        amounts = [_amount(one, part) for part in (one.price, one.discount, one.paid, one.tax, back)]
        head = (one.pk, one.program.slug, one.opened_at, one.paid_at, one.currency)
        stands = (one.facts.held.decimal, one.standing.value)
        yield (*head, *amounts, *stands, one.payment, one.reference, one.confirmed_by, one.invoice)


def _refunds(span: Span) -> Iterator[Row]:
    asked = Refund.objects.filter(**span.on("asked_at")).order_by("asked_at", "pk")
    for one in asked.select_related("order__program"):
        order = one.order
        head = (one.pk, order.pk, order.program.slug, one.asked_at, one.done_at, one.failed_at, order.currency)
        ends = "yes" if one.ends_right else "no"
        yield (*head, _amount(order, one.amount), ends, one.reference, order.payment, one.asked_by, one.failure)


def _disputes(span: Span) -> Iterator[Row]:
    found = Dispute.objects.filter(**span.on("found_at")).order_by("found_at", "pk")
    for one in found.select_related("order__program"):
        order = one.order
        head = (one.reference, order.pk, order.program.slug, one.found_at, one.changed_at, order.currency)
        yield (*head, _amount(order, one.amount), one.status, one.reason, order.payment, one.seen_at)


def _amount(order: Order, units: int) -> Decimal:
    return order.money(units).decimal


_BOOKS: Final[dict[Book, tuple[Sequence[str], Callable[[Span], Iterator[Row]]]]] = {
    Book.ORDERS: (_ORDERS, _orders),
    Book.REFUNDS: (_REFUNDS, _refunds),
    Book.DISPUTES: (_DISPUTES, _disputes),
}
