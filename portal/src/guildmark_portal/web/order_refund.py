"""`/orders/NUMBER/refund/`: what comes back to a buyer who asks now, what ends with it, and asking for it (rule G6)."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.orders import refund_steps, withdrawing
from guildmark_portal.orders.models import Order, Refund
from guildmark_portal.transfers import of_an_order
from guildmark_portal.vouchers.wording import title_of
from guildmark_portal.web.orders import own_order
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.wording import refusal

_MOST_DIGITS: Final = 15


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """How much comes back now; a POST with that very amount asks for it."""
    order, now = own_order(request, order_id), clock.now()
    if request.method == "POST":
        try:
            refund = withdrawing.withdraw(
                order=order, user=signed_in(request), shown=_amount(request.POST.get("amount", "")), now=now
            )
        except Refused as refused:
            messages.error(request, refusal(refused))
            return redirect("web:order", order.pk)
        messages.success(request, _said(order, refund))
        return redirect("web:order", order.pk)
    offered = withdrawing.on_offer(order, now=now)
    if offered is None:
        return redirect("web:order", order.pk)
    context = {
        "order": order,
        "title": title_of(order.program),
        "offered": offered,
        "paid": order.money(order.paid),
        "is_all": offered.money.amount == order.paid,
        "has_attempt": hasattr(offered.right, "attempt"),
        "steps_to_come": refund_steps.to_come(order, now=now),
        "transfer": of_an_order.latest(order, now=now),
    }
    return render(request, "guildmark/order_refund.html", context)


def _said(order: Order, refund: Refund) -> str:
    """What was paid by other means is on its way only once somebody has sent it."""
    if order.payment or refund.done_at is not None:
        return _("Your right to sit it has ended, and your money is on its way back.")
    by_hand = _("We return the money by hand, and write to you when it is on its way.")
    return f"{_('Your right to sit it has ended.')} {by_hand}"


def _amount(written: str) -> int:
    """What the page showed, in the smallest unit; an amount that never comes back where it shows nothing of the kind."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _MOST_DIGITS else -1
