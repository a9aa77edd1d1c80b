"""`/desk/mail/`: letters that did not arrive. Staff see to whom and why, and never what a letter says: it may hold a code."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import Role, holds, role_required
from guildmark_portal.mail import refusals
from guildmark_portal.mail.models import Outcome
from guildmark_portal.web.letter_rows import rows

_SHOWN: Final = 100
_LONGEST_KEY: Final = 18


@role_required(Role.SUPPORT, Role.OWNER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Those that nobody has dealt with; a POST with `resend` sends one once more, with `give_up` gives it up."""
    if request.method == "POST":
        outcome = Outcome.RESENT if "resend" in request.POST else Outcome.GIVEN_UP
        return _settle(request, outcome, number=request.POST.get("resend") or request.POST.get("give_up") or "")
    reads_desk = holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)
    shown = rows(refusals.waiting()[:_SHOWN], leads_to_desk=reads_desk)
    return render(request, "guildmark/letters.html", {"letters": shown})


def _settle(request: HttpRequest, outcome: Outcome, *, number: str) -> HttpResponse:
    is_key = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_KEY
    if not is_key or not refusals.settle(number=int(number), outcome=outcome, actor=signed_in(request)):
        messages.info(request, _("Somebody has dealt with this letter already."))
    elif outcome is Outcome.RESENT:
        messages.success(request, _("The letter is on its way again."))
    else:
        messages.success(request, _("The letter is given up, and its text is removed."))
    return redirect("web:letters")
