"""`/desk/entitlements/`: who may sit what, until when; granting a right to sit, and taking one back before it is spent.

For support and owners. A fresh sign-in comes before every change, a reason goes with it, and nobody does it for themselves.
"""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.rules.entitlement import Worth
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.operations import entitlements, finding
from guildmark_portal.web.desk_entitlement_forms import GiveOnForm, GrantForm, TakeBackForm
from guildmark_portal.web.wording import Saying, refusal

_STAFF: Final = (Role.SUPPORT, Role.OWNER)
SAYINGS: Final = {
    Worth.USABLE: Saying(pgettext_lazy("right to sit", "Can be used"), "good"),
    Worth.SPENT: Saying(pgettext_lazy("right to sit", "Used"), "plain"),
    Worth.VOID: Saying(pgettext_lazy("right to sit", "Taken back"), "bad"),
    Worth.OVER: Saying(pgettext_lazy("right to sit", "Over"), "caution"),
}
SOURCES: Final = {
    "free": gettext_lazy("free exam"),
    "payment": gettext_lazy("payment"),
    "voucher": gettext_lazy("voucher"),
    "stipend": gettext_lazy("stipend"),
    "cohort": gettext_lazy("cohort"),
    "pilot": gettext_lazy("invitation to a pilot"),
    "staff": gettext_lazy("granted by staff"),
    "again": gettext_lazy("to sit again after a fault of ours"),
}


@role_required(*_STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The form. A POST finds what somebody holds: addresses and names stay out of the log so."""
    sought = request.POST.get("sought", "").strip()[: finding.LONGEST]
    held = entitlements.found(sought, now=clock.now()) if sought else []
    context = {
        "sought": sought,
        "rows": [(one, SAYINGS[one.worth]) for one in held],
        "shortest": finding.SHORTEST,
        "longest": finding.LONGEST,
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_entitlements.html", context)


@role_required(*_STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def grant(request: HttpRequest) -> HttpResponse:
    """Whom, what, until when and why; a POST grants it."""
    form = GrantForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            right = entitlements.grant(
                address=given["address"],
                program=given["program"],
                until=given["until"],
                reason=given["reason"],
                once=given["once"],
                actor=signed_in(request),
                now=clock.now(),
            )
        except Refused as refused:
            form.add_error(None, refusal(refused))
        else:
            messages.success(request, _("It is granted, and its holder was written to."))
            return redirect("web:desk_entitlement", right.pk)
    return render(request, "guildmark/desk_entitlement_grant.html", {"form": form, "reads_desk": _reads_desk(request)})


@role_required(*_STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest, number: int) -> HttpResponseBase:
    """One right to sit with what happened to it; a POST takes it back, or gives it to somebody else."""
    try:
        held = entitlements.one(number, now=clock.now())
    except Entitlement.DoesNotExist as error:
        raise Http404(_("There is no such right to sit.")) from error
    gives = request.method == "POST" and request.POST.get("act") == "give"
    giving = GiveOnForm(request.POST if gives else None, prefix="give")
    if giving.is_valid():
        return _give_on(request, held, giving)
    form = TakeBackForm(request.POST if request.method == "POST" and not gives else None)
    if form.is_valid():
        try:
            done = entitlements.take_back(
                right=held.right, reason=form.cleaned_data["reason"], actor=signed_in(request), now=clock.now()
            )
        except Refused as refused:
            form.add_error(None, refusal(refused))
        else:
            if done:
                messages.success(request, _("It is taken back, and its holder was written to."))
            return redirect("web:desk_entitlement", number)
    return _show(request, held, form, giving)


def _give_on(request: HttpRequest, held: entitlements.Held, giving: GiveOnForm) -> HttpResponse:
    given = giving.cleaned_data
    try:
        moved = entitlements.give_on(
            right=held.right, address=given["address"], reason=given["reason"], actor=signed_in(request), now=clock.now()
        )
    except Refused as refused:
        giving.add_error(None, refusal(refused))
        return _show(request, held, TakeBackForm(), giving)
    messages.success(request, _("It is given on, and both were written to."))
    return redirect("web:desk_entitlement", moved.pk)


def _show(request: HttpRequest, held: entitlements.Held, form: TakeBackForm, giving: GiveOnForm) -> HttpResponse:
    right = held.right
    is_own = right.user_id == signed_in(request).pk
    context = {
        "held": held,
        "right": right,
        "saying": SAYINGS[held.worth],
        "source": SOURCES.get(right.source.partition(":")[0], right.source),
        "attempt": getattr(right, "attempt", None),
        "may_take_back": held.worth in {Worth.USABLE, Worth.OVER} and not is_own,
        "may_give_on": held.worth is Worth.USABLE and not is_own,
        "form": form,
        "giving": giving,
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_entitlement.html", context)


def _reads_desk(request: HttpRequest) -> bool:
    """Whether somebody may open the desk itself: an owner need not."""
    return holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)
