"""The orders' part of what the portal holds on a person. What was paid stays for the books, without saying by whom."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.orders import settling
from guildmark_portal.orders.models import CheckoutSession, GivenUp, Order, Refund

_OF_AN_ORDER: Final = (
    "id",
    "program__slug",
    "price",
    "discount",
    "currency",
    "refund_terms",
    "opened_at",
    "given_up_at",
    "given_up",
    "paid_at",
    "paid",
    "tax",
    "payment",
    "receipt",
    "invoice",
    "reference",
)


def obstacles(user: User) -> Iterator[str]:
    """Money that is on its way, in either direction."""
    if user.orders.filter(paid_at=None, processing_at__isnull=False).exists():
        yield _("A payment of yours is under way. Wait until your order says that it is paid, or failed.")
    if Refund.objects.filter(order__user=user, done_at=None, failed_at=None).exists():
        yield _("Money is on its way back to you. Wait until your order says that it was returned.")


def kept(user: User) -> Iterator[str]:
    """The books."""
    if user.orders.filter(paid_at__isnull=False).exists():
        yield _("What was paid for your orders, as the law asks of our books: without your name and address.")


def export(user: User) -> Json:
    """Every order with what became of it."""
    return [
        {
            **row,
            "refunds": list(
                Refund.objects.filter(order=row["id"]).values("amount", "reason", "asked_at", "done_at", "failed_at")
            ),
            "visits": list(
                CheckoutSession.objects.filter(order=row["id"]).values("reference", "email", "opened_at", "ended_at")
            ),
        }
        for row in user.orders.values(*_OF_AN_ORDER)
    ]


def erase(user: User) -> None:
    """Name nobody in what was paid; forget what was not. A page of payment that is open is closed by a job."""
    now = clock.now()
    for order in user.orders.filter(paid_at=None, given_up_at=None):
        Order.objects.filter(pk=order.pk).update(given_up_at=now, given_up=GivenUp.DELETED.value)
        settling.let_go(order)
    CheckoutSession.objects.filter(order__user=user).update(email="")
    Refund.objects.filter(order__user=user).update(reason="")
    user.orders.filter(paid_at__isnull=False).update(receipt="", invoice="")
    user.orders.update(user=None)


PART: Final = Part(name="orders", export=export, erase=erase, obstacles=obstacles, kept=kept)
