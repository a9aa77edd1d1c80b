"""What the page of an order tells beyond where it stands: how long it waits, what comes back later, who was given the right."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest

from guildmark.rules.order import OrderStanding
from guildmark_portal.exams.entitling import usable
from guildmark_portal.orders import opening, refund_steps
from guildmark_portal.orders.finding_orders import short_number
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.sweeping import waits_until
from guildmark_portal.transfers import of_an_order
from guildmark_portal.web.ownership import signed_in

_LOOKS: Final = 12
"""So often the page is loaded again without scripts, every 5 seconds, before it offers ways to pay: a minute, as order.js."""


def facts(request: HttpRequest, order: Order, *, now: datetime) -> dict[str, object]:
    """For the template of the page.

    `is_asked`: the buyer says that they paid, and the provider has not: who is offered to pay then pays twice, or thinks that
    the payment was lost.
    """
    standing, looked = order.standing, _looked(request)
    came_as_paid = standing is OrderStanding.OPEN and request.GET.get("back") == "paid"
    return {
        "is_asked": came_as_paid,
        "is_asked_lately": came_as_paid and looked < _LOOKS,
        "next_look": min(looked + 1, _LOOKS),
        "short_number": short_number(order),
        "waits_until": waits_until(order) if standing is OrderStanding.OPEN else None,
        "may_order_again": standing is OrderStanding.GIVEN_UP and _may_order(request, order, now=now),
        "steps_to_come": refund_steps.to_come(order, now=now),
        "transfer": of_an_order.latest(order, now=now),
    }


def _looked(request: HttpRequest) -> int:
    written = request.GET.get("looked", "")
    return int(written) if written in {str(number) for number in range(_LOOKS + 1)} else 0


def _may_order(request: HttpRequest, order: Order, *, now: datetime) -> bool:
    return opening.is_sold(order.program) and usable(user=signed_in(request), program=order.program, now=now) is None
