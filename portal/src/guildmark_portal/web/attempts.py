"""`/exam/`: my attempts, and registering for another."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.refusals import NotPaid, ProgramNotOpen, RegistrationIncomplete
from guildmark_portal.orders.opening import is_sold
from guildmark_portal.transfers import giving
from guildmark_portal.web import before_payment, profile_steps, voucher_kept, wording
from guildmark_portal.web.offers import invitations_of, offers_to, refusals_of, rights_of, shown_nowhere, waits_of
from guildmark_portal.web.ownership import signed_in


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The list; a POST with a `program` registers for it."""
    if request.method == "POST":
        return _register(request)
    user, now = signed_in(request), clock.now()
    attempts = queries.attempts_of(user=user, now=now)
    program, rights = profile_steps.program_of(request), rights_of(user, now=now)
    fees = before_payment.fees_of(user, queries.offered(), code=voucher_kept.kept(request), now=now)
    open_to_them = offers_to(attempts, waits_of(user, now=now), refusals_of(user, now=now), rights, invitations_of(user))
    offers = [replace(offer, fee=fees.get(offer.program.slug)) for offer in open_to_them]
    offered = giving.offered_by(user, now=now)
    context = {
        "attempts": attempts,
        "offers": offers,
        **({} if attempts else _begun(user, program, now=now)),
        "rights": shown_nowhere(rights, offers),
        "givable": {right.pk for right in rights if giving.may_give(right, now=now)} - {one.right_id for one in offered},
        "offered": offered,
        "given_to_me": giving.offered_to(user, now=now),
    }
    return render(request, "guildmark/attempts.html", context)


def _begun(user: User, program: Program | None, *, now: datetime) -> dict[str, object]:
    """How far somebody without an attempt is on the way to `program`, as the page of their registration tells it."""
    return {
        "registers_for": program,
        "progress": profile_steps.progress(user, program, now=now),
        "owes": before_payment.owes(user, program, now=now),
        "is_sold": program is not None and is_sold(program),
        "awaited": before_payment.awaited(user, program, now=now),
    }


def _register(request: HttpRequest) -> HttpResponse:
    try:
        attempt = services.open_attempt(user=signed_in(request), program=request.POST.get("program", ""), now=clock.now())
    except Program.DoesNotExist:
        messages.error(request, wording.refusal(ProgramNotOpen()))
        return redirect("web:attempts")
    except RegistrationIncomplete as refusal:
        messages.info(request, refusal.message)
        return redirect(f"{reverse('web:register')}?{urlencode({'program': request.POST['program']})}")
    except NotPaid as refusal:
        return _to_payment(request, refusal)
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:attempts")
    return redirect("web:exam", attempt.pk)


def _to_payment(request: HttpRequest, refusal: NotPaid) -> HttpResponse:
    """To the page on which the fee is paid; where nothing is sold, the refusal tells whom to write to.

    Whoever has a right waiting to be accepted is led to it instead: they need not pay.
    """
    program = Program.objects.get(slug=request.POST["program"])
    if before_payment.awaited(signed_in(request), program, now=clock.now()):
        return redirect(f"{reverse('web:register')}?{urlencode({'program': program.slug})}")
    if is_sold(program):
        messages.info(request, refusal.message)
        return redirect(f"{reverse('web:register_pay')}?{urlencode({'program': program.slug})}")
    messages.error(request, wording.refusal(refusal))
    return redirect("web:attempts")
