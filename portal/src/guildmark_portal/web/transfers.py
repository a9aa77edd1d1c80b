"""`/transfers/`: a right to sit that its holder gives to somebody else, and that the other person accepts (rule G6)."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark.rules.registration import Step
from guildmark.rules.transfer import OfferStanding
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.exams.refusals import RegistrationIncomplete
from guildmark_portal.transfers import giving
from guildmark_portal.transfers.models import Transfer
from guildmark_portal.vouchers.wording import title_of
from guildmark_portal.web import before_payment
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.wording import Saying, refusal

SAYINGS: Final = {
    OfferStanding.OFFERED: Saying(pgettext_lazy("offer", "Waits for an answer"), "waiting"),
    OfferStanding.ACCEPTED: Saying(pgettext_lazy("offer", "Accepted"), "good"),
    OfferStanding.DECLINED: Saying(pgettext_lazy("offer", "Not wanted"), "plain"),
    OfferStanding.WITHDRAWN: Saying(pgettext_lazy("offer", "Withdrawn"), "plain"),
    OfferStanding.OVER: Saying(pgettext_lazy("offer", "Not answered in time"), "caution"),
    OfferStanding.GONE: Saying(pgettext_lazy("offer", "The right is not there any more"), "bad"),
}


class GiveForm(forms.Form):
    """Who is to sit the exam."""

    address = forms.EmailField(
        label=gettext_lazy("Email address of the other person"),
        help_text=gettext_lazy("They need an account with this address, or make one. Your own address is named to them."),
        max_length=254,
        error_messages={"required": gettext_lazy("Write the address."), "invalid": gettext_lazy("Write a whole address.")},
    )


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What is offered to me, and what I offered."""
    user, now = signed_in(request), clock.now()
    given = user.transfers_given.select_related("right__program")
    context = {
        "offered": [(one, title_of(one.right.program)) for one in giving.offered_to(user, now=now)],
        "given": [(one, title_of(one.right.program), SAYINGS[one.standing(now=now)]) for one in given],
    }
    return render(request, "guildmark/transfers.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def give(request: HttpRequest, number: int) -> HttpResponseBase:
    """To whom; a POST offers it."""
    user, now = signed_in(request), clock.now()
    right = Entitlement.objects.select_related("program").filter(pk=number, user=user).first()
    if right is None:
        raise Http404(_("There is no such right to sit."))
    form = GiveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="transfer", user=user)
        if too_many is not None:
            return too_many
        try:
            made = giving.offer(right=right, giver=user, address=form.cleaned_data["address"], now=now)
        except Refused as refused:
            form.add_error("address", refusal(refused))
        else:
            messages.success(request, _("It is offered, and we wrote to them. It stays yours until they accept it."))
            return redirect("web:transfer", made.pk)
    elif not giving.may_give(right, now=now):
        return redirect("web:attempts")
    context = {
        "form": form,
        "right": right,
        "title": title_of(right.program),
        "has_attempt": hasattr(right, "attempt"),
        "asked": right.program.policy.registration,
    }
    return render(request, "guildmark/transfer_give.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, transfer_id: UUID) -> HttpResponseBase:
    """One offer, for whoever made it and whoever it is for; a POST answers or withdraws it."""
    user = signed_in(request)
    found = Transfer.objects.select_related("right__program", "giver", "taken").filter(pk=transfer_id).first()
    if found is None or not (found.giver_id == user.pk or giving.is_offered_to(found, user)):
        return render(request, "guildmark/transfer_elsewhere.html", {"address": user.email}, status=404)
    if request.method == "POST":
        return _act(request, found, user)
    standing, asked = found.standing(now=clock.now()), found.right.program.policy.registration
    context = {
        "transfer": found,
        "right": found.taken or found.right,
        "title": title_of(found.right.program),
        "is_giver": found.giver_id == user.pk,
        "standing": standing.value,
        "saying": SAYINGS[standing],
        "answer_by": found.facts.ends_at,
        "asked": asked,
        "asked_first": replace(asked, identity=False).steps,
    }
    return render(request, "guildmark/transfer.html", context)


def _act(request: HttpRequest, transfer: Transfer, user: User) -> HttpResponse:
    now, act = clock.now(), request.POST.get("act", "")
    try:
        if act == "accept":
            giving.accept(transfer=transfer.pk, user=user, now=now)
            messages.success(request, _("The right to sit is yours now."))
        elif act == "decline":
            giving.decline(transfer=transfer.pk, user=user, now=now)
        elif act == "withdraw":
            giving.withdraw(transfer=transfer.pk, giver=user, now=now)
    except RegistrationIncomplete as refused:
        messages.info(request, _("%(said)s Do that first; the offer waits for you.") % {"said": refused.message})
        return redirect(_back_to(transfer, user))
    except Refused as refused:
        messages.error(request, refusal(refused))
    except Transfer.DoesNotExist as error:
        raise Http404(_("There is nothing like that.")) from error
    return redirect("web:transfer", transfer.pk)


def _back_to(transfer: Transfer, user: User) -> str:
    """Where what is missing is done: over the handbook back to the offer; of more, the list of steps, which names the offer."""
    program = transfer.right.program
    if before_payment.missing_to_take(user, program, now=clock.now()) == (Step.HANDBOOK,):
        following = urlencode({"next": reverse("web:transfer", args=[transfer.pk])})
        return f"{reverse('web:handbook', args=[program.slug])}?{following}"
    return f"{reverse('web:register')}?program={program.slug}"
