"""`/register/pay/` and `/orders/`: what an exam costs, paying for it, and how an order stands.

To and from the page of payment the buyer goes by redirects. The page to which they come back believes nothing of the address:
it has the provider asked, shows what is written down, and looks again by itself.
"""

from typing import Final
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildmark.errors import Refused
from guildmark.rules.order import OrderStanding
from guildmark_portal import clock
from guildmark_portal.exams.entitling import usable
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.exams.support import contact_of
from guildmark_portal.orders import opening, paying, settling, withdrawing
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.provider import configured
from guildmark_portal.orders.refusals import AlreadyEntitled, OrderPaid
from guildmark_portal.orders.rights import right_of
from guildmark_portal.vouchers import redeeming
from guildmark_portal.vouchers.refusals import VoucherRefused
from guildmark_portal.web import order_page, profile_steps, voucher_kept
from guildmark_portal.web.offers import title_of
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.wording import Saying, refusal

SAYINGS: Final = {
    OrderStanding.OPEN: Saying(pgettext_lazy("order", "Not paid yet"), "waiting"),
    OrderStanding.PROCESSING: Saying(pgettext_lazy("order", "Payment under way"), "waiting"),
    OrderStanding.GIVEN_UP: Saying(pgettext_lazy("order", "Given up"), "plain"),
    OrderStanding.PAID: Saying(pgettext_lazy("order", "Paid"), "good"),
    OrderStanding.REFUND_ASKED: Saying(pgettext_lazy("order", "Being paid back"), "waiting"),
    OrderStanding.PARTLY_REFUNDED: Saying(pgettext_lazy("order", "Paid, a part was paid back"), "good"),
    OrderStanding.REFUND_FAILED: Saying(pgettext_lazy("order", "Paying back failed"), "bad"),
    OrderStanding.REFUNDED: Saying(pgettext_lazy("order", "Paid back"), "plain"),
    OrderStanding.DISPUTED: Saying(pgettext_lazy("order", "Disputed"), "caution"),
    OrderStanding.DISPUTE_LOST: Saying(pgettext_lazy("order", "Taken back by the bank"), "bad"),
}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest) -> HttpResponseBase:
    """What is to be paid, with a voucher that was brought along; a POST opens the order and leads to the page of payment."""
    program = _program(request)
    if program is None or not opening.is_sold(program):
        return redirect("web:register")
    if request.POST.get("forget"):
        voucher_kept.forget(request)
        return redirect(f"{reverse('web:register_pay')}?program={program.slug}")
    code = voucher_kept.kept(request)
    before = opening.open_of(user=signed_in(request), program=program)
    elsewhere = _elsewhere(request, program, before, code)
    if elsewhere is not None:
        return elsewhere
    return _open(request, program, code) if request.method == "POST" else _offer(request, program, before, code)


def _elsewhere(request: HttpRequest, program: Program, before: Order | None, code: str) -> HttpResponse | None:
    """Where somebody goes who has nothing to pay here, or not yet."""
    user, now = signed_in(request), clock.now()
    if usable(user=user, program=program, now=now) is not None:
        return _has_it(request, program)
    if before is not None and not _makes_a_difference(before, code):
        return redirect("web:order", before.pk)
    progress = profile_steps.progress(user, program, now=now)
    if progress.following or progress.waiting:
        messages.info(request, _("You pay once every step of your registration is done."))
        return redirect(f"{reverse('web:register')}?program={program.slug}")
    return None


def _offer(request: HttpRequest, program: Program, before: Order | None, code: str) -> HttpResponse:
    context: dict[str, object] = {"title": title_of(program), "program": program, "price": redeeming.price_of(program)}
    if code:
        try:
            context["quote"] = redeeming.quote(code=code, user=signed_in(request), program=program, now=clock.now())
        except Refused as refused:
            if before is not None:
                messages.error(request, refusal(refused))
                return redirect("web:order", before.pk)
            context["voucher_refused"] = refusal(refused)
    return render(request, "guildmark/register_pay.html", {**context, "before": before, **_ways()})


def _has_it(request: HttpRequest, program: Program) -> HttpResponse:
    messages.info(request, AlreadyEntitled().message)
    return redirect(f"{reverse('web:register')}?program={program.slug}")


def _makes_a_difference(order: Order, code: str) -> bool:
    """Whether a voucher was brought along that is not taken off the order, which can still be given up for a new one."""
    if not code or order.standing is not OrderStanding.OPEN:
        return False
    try:
        return not opening.has_voucher(order, code=code)
    except VoucherRefused:
        return False


def _program(request: HttpRequest) -> Program | None:
    named = request.POST.get("program", "")
    return Program.objects.filter(slug=named, is_open=True).first() if named else profile_steps.program_of(request)


def _open(request: HttpRequest, program: Program, code: str) -> HttpResponseBase:
    if request.POST.get("without_voucher"):
        code = ""
    try:
        order = opening.open_order(user=signed_in(request), program=program, code=code, now=clock.now())
    except AlreadyEntitled:
        return _has_it(request, program)
    except OrderPaid as refused:
        messages.error(request, refusal(refused))
        return redirect("web:orders")
    except Refused as refused:
        messages.error(request, refusal(refused))
        return redirect(f"{reverse('web:register_pay')}?program={program.slug}")
    voucher_kept.forget(request)
    return _lead_on(request, order)


def _lead_on(request: HttpRequest, order: Order) -> HttpResponseBase:
    """To the page of payment; to the order itself where there is none, or nothing to pay."""
    if order.paid_at is not None or configured() is None:
        return redirect("web:order", order.pk)
    try:
        return redirect(paying.pay(order=order, user=signed_in(request), now=clock.now()))
    except Refused as refused:
        messages.error(request, refusal(refused))
        return redirect("web:order", order.pk)


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Every order of mine, the newest first."""
    held = signed_in(request).orders.select_related("program").prefetch_related("refunds", "disputes")
    rows = [(order, title_of(order.program), SAYINGS[order.standing]) for order in held]
    return render(request, "guildmark/orders.html", {"rows": rows})


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order. Where it can still be paid, the provider is asked, and the page looks again until something changed."""
    order = own_order(request, order_id)
    if order.paid_at is None and order.given_up_at is None and configured() is not None and order.sessions.exists():
        settling.soon(order)
    standing, now = order.standing, clock.now()
    back = request.GET.get("back", "")
    context = {
        "order": order,
        "title": title_of(order.program),
        "standing": standing.value,
        "saying": SAYINGS[standing],
        "right": _right(order),
        "offered": withdrawing.on_offer(order, now=now),
        "price": order.money(order.price),
        "discount": order.money(order.discount) if order.discount else None,
        "paid": order.money(order.paid),
        "tax": order.money(order.tax) if order.tax else None,
        "back": [(one, order.money(one.amount)) for one in order.refunds.all()],
        "came_back": back if back in {"paid", "cancelled"} else "",
        "is_watched": standing in {OrderStanding.PROCESSING, OrderStanding.REFUND_ASKED}
        or (standing is OrderStanding.OPEN and back == "paid"),
        "contact": contact_of(order.program.policy),
        **order_page.facts(request, order, now=now),
        **_ways(),
    }
    return render(request, "guildmark/order.html", context)


@login_required
@never_cache
@require_safe
def standing(request: HttpRequest, order_id: UUID) -> JsonResponse:
    """Where it stands, for the page that looks again."""
    return JsonResponse({"standing": own_order(request, order_id).standing.value})


@login_required
@require_POST
def pay_again(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """To the page of payment of an order that is open."""
    order = own_order(request, order_id)
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="payment", user=signed_in(request))
    return _lead_on(request, order) if too_many is None else too_many


@login_required
@require_POST
def give_up(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The buyer does not want it any more."""
    order = own_order(request, order_id)
    try:
        opening.give_up(order=order, actor=signed_in(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refusal(refused))
    return redirect("web:order", order.pk)


def _right(order: Order) -> Entitlement | None:
    """The right that was bought, while it is the buyer's own."""
    right = right_of(order)
    return right if right is not None and right.user_id == order.user_id else None


def own_order(request: HttpRequest, order_id: UUID) -> Order:
    """An order of whoever asks; anybody else's is not there."""
    return get_object_or_404(Order.objects.select_related("program"), pk=order_id, user=signed_in(request))


def _ways() -> dict[str, object]:
    return {"by_card": configured() is not None, "offline": settings.PAYMENTS.offline}
