"""The letters about an order, in the language of the buyer's account; nobody is written whose account is closed."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.exams.support import contact_of
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail
from guildmark_portal.orders.models import Order, Refund
from guildmark_portal.orders.rights import right_of
from guildmark_portal.vouchers.wording import title_of

_PRIORITY: Final = 30


def tell_paid(order: Order, right: Entitlement | None) -> None:
    """The receipt, and until when the exam is to be begun."""
    until = None if right is None else right.valid_until
    _send(order, "orders/paid", key=f"order.paid:{order.pk}", until=until, is_entitled=right is not None)


def tell_refunded(order: Order, refund: Refund) -> None:
    """That money was returned, and how much."""
    _send(order, "orders/refunded", key=f"order.refunded:{refund.pk}", returned=order.money(refund.amount))


def tell_withdrawn(order: Order, refund: Refund) -> None:
    """That they asked for money back: how much comes, and that the right to sit has ended."""
    said = {
        "returned": order.money(refund.amount),
        "by_card": bool(order.payment),
        "sessions": f"{settings.PORTAL_URL}/accounts/sessions/",
    }
    _send(order, "orders/withdrawn", key=f"order.withdrawn:{refund.pk}", **said)


@rewriting.writer("order.paid")
def _paid_again(key: str) -> None:
    order = Order.objects.select_related("user", "program").get(pk=UUID(key))
    tell_paid(order, right_of(order))


@rewriting.writer("order.refunded")
def _refunded_again(key: str) -> None:
    refund = _refund(key)
    tell_refunded(refund.order, refund)


@rewriting.writer("order.withdrawn")
def _withdrawn_again(key: str) -> None:
    refund = _refund(key)
    tell_withdrawn(refund.order, refund)


def _refund(key: str) -> Refund:
    return Refund.objects.select_related("order__user", "order__program").get(pk=int(key))


def _send(order: Order, template: str, *, key: str, **said: Any) -> None:
    user = order.user
    if user is None or not user.is_active or is_deleted(user.email):
        return
    language = user.language or settings.LANGUAGE_CODE
    with override(language):
        until = said.pop("until", None)
        context = {
            "name": user.name,
            "exam": title_of(order.program),
            "paid": order.money(order.paid),
            "tax": order.money(order.tax) if order.tax else "",
            "discount": order.money(order.discount) if order.discount else "",
            "number": str(order.pk),
            "until": "" if until is None else date_format(until, "DATE_FORMAT"),
            "page": f"{settings.PORTAL_URL}/orders/{order.pk}/",
            "support": contact_of(order.program.policy),
            **said,
        }
    mail.send(to=user.email, key=key, template=template, language=language, context=context, priority=_PRIORITY)
