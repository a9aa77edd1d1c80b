"""`/desk/orders/`: orders found, money paid back with a reason, payments by other means confirmed, disputes looked at.

For support and owners. A fresh sign-in comes before every change, and nobody acts on their own order.
"""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.rules.order import OrderStanding
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.operations import finding
from guildmark_portal.orders import disputes, finding_orders, offline, refunding
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.rights import right_of
from guildmark_portal.web.desk_order_forms import ACTS
from guildmark_portal.web.offers import title_of
from guildmark_portal.web.orders import SAYINGS
from guildmark_portal.web.wording import refusal

_STAFF: Final = (Role.SUPPORT, Role.OWNER)


@role_required(*_STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """What waits for people, and the form. A POST finds orders: addresses and names stay out of the log so."""
    sought = request.POST.get("sought", "").strip()[: finding.LONGEST]
    context = {
        "sought": sought,
        "rows": _rows(finding_orders.found(sought)) if sought else [],
        "waiting": _rows(finding_orders.waiting_for_people()),
        **_unpaid(),
        "shortest": finding.SHORTEST,
        "longest": finding.LONGEST,
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_orders.html", context)


def _unpaid() -> dict[str, object]:
    """The orders for which staff look at the bank's paper, where payment by other means is offered."""
    if not settings.PAYMENTS.offline:
        return {}
    unpaid = [(order, title_of(order.program)) for order in finding_orders.unpaid()]
    return {"by_other_means": True, "unpaid": unpaid, "is_cut": len(unpaid) == finding_orders.MOST_WAITING}


def _rows(orders: list[Order]) -> list[tuple[Order, str, object]]:
    return [(order, title_of(order.program), SAYINGS[order.standing]) for order in orders]


@role_required(*_STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """One order with all that happened to it; a POST does one thing about it."""
    order = get_object_or_404(Order.objects.select_related("program", "user"), pk=order_id)
    act = request.POST.get("act", "")
    forms = {name: form(request.POST if act == name else None, prefix=name) for name, form in ACTS.items()}
    if act in forms and forms[act].is_valid():
        try:
            said = _do(act, order, forms[act].cleaned_data, actor=signed_in(request))
        except Refused as refused:
            forms[act].add_error(None, refusal(refused))
        else:
            messages.success(request, said)
            return redirect("web:desk_order", order.pk)
    return _show(request, order, forms)


def _do(act: str, order: Order, given: dict[str, str], *, actor: User) -> str:
    now = clock.now()
    if act == "refund":
        refunding.refund(order=order, reason=given["reason"], once=given["once"], actor=actor, now=now)
        if order.payment:
            return _("The right to sit is taken back, and the money goes back.")
        return _("The right to sit is taken back. Return the money by other means now, and write that down here.")
    if act == "confirm":
        offline.confirm(order=order, reference=given["reference"], actor=actor, now=now)
        return _("The payment is confirmed, and the right to sit is granted.")
    if act == "returned":
        refund = order.refunds.filter(done_at=None, failed_at=None).first()
        if refund is not None:
            refunding.returned(refund=refund, reference=given["reference"], actor=actor, now=now)
        return _("It is written down that the money was returned.")
    disputes.seen(order=order, note=given["note"], actor=actor, now=now)
    return _("It is written down that you looked at it.")


def _show(request: HttpRequest, order: Order, forms: dict[str, Form]) -> HttpResponse:
    facts, right = order.facts, right_of(order)
    is_open = facts.standing is OrderStanding.OPEN
    is_spent = right is not None and right.spent_at is not None
    is_own = order.user_id == signed_in(request).pk
    may = {
        "refund": bool(facts.returnable) and not is_spent,
        "confirm": is_open,
        "returned": not order.payment and facts.standing is OrderStanding.REFUND_ASKED,
        "seen": order.disputes.filter(seen_at=None).exists(),
    }
    context = {
        "order": order,
        "title": title_of(order.program),
        "saying": SAYINGS[facts.standing],
        "right": right,
        "due": order.due,
        "price": order.money(order.price),
        "discount": order.money(order.discount) if order.discount else None,
        "paid": order.money(order.paid),
        "tax": order.money(order.tax) if order.tax else None,
        "held": facts.held,
        "returnable": facts.returnable,
        "refunds": [(one, order.money(one.amount)) for one in order.refunds.all()],
        "disputes": [(one, order.money(one.amount)) for one in order.disputes.all()],
        "forms": {} if is_own else {name: form for name, form in forms.items() if may[name] or form.errors},
        "is_own": is_own,
        "short_number": finding_orders.short_number(order),
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_order.html", context)


def _reads_desk(request: HttpRequest) -> bool:
    """Whether somebody may open the desk itself: an owner need not."""
    return holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)
