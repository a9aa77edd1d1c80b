"""Recoveries of accounts whose second step was lost.

For support at `/account/recoveries/`, for the person at `/account/recovery/`, and by the link of the letter at
`/accounts/recovery/TOKEN/`, where nobody has to sign in.
"""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal.accounts import recovery
from guildmark_portal.accounts.forms import RecoveryForm
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.recovery_models import Recovery
from guildmark_portal.accounts.roles import holds, role_required

_SHOWN: Final = 100
_LONGEST_KEY: Final = 18


@role_required(Role.SUPPORT, Role.OWNER, readers=(Role.AUDITOR,))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show_all(request: HttpRequest) -> HttpResponse:
    """Those that wait and those that ended; a POST with `email` and `reason` opens one, with `withdraw` takes one back."""
    form = RecoveryForm(request.POST if request.method == "POST" and "withdraw" not in request.POST else None)
    if "withdraw" in request.POST:
        return _withdraw(request)
    if form.is_valid():
        try:
            recovery.open_recovery(**form.cleaned_data, actor=signed_in(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The wait has begun, and the person was written to."))
            return redirect("account_recoveries")
    context = {
        "form": form,
        "recoveries": _with_openers(list(recovery.newest()[:_SHOWN])),
        "hours": settings.RECOVERY_WAIT_HOURS,
        "may_open": holds(request.user, Role.SUPPORT, Role.OWNER),
    }
    return render(request, "accounts_page/recoveries.html", context)


def _with_openers(recoveries: list[Recovery]) -> list[dict[str, object]]:
    """Each with the address of whoever opened it, as far as they are still there; a command by its name."""
    known = {f"user:{user.pk}": user.email for user in User.objects.filter(is_active=True, grants__isnull=False).distinct()}
    return [{"it": one, "opener": known.get(one.opened_by, one.opened_by)} for one in recoveries]


def _withdraw(request: HttpRequest) -> HttpResponse:
    number = request.POST["withdraw"]
    is_key = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_KEY
    if is_key and recovery.withdraw(number=int(number), actor=signed_in(request)):
        messages.success(request, _("The recovery is withdrawn: nothing will be removed."))
    else:
        messages.info(request, _("It had ended already."))
    return redirect("account_recoveries")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_own(request: HttpRequest) -> HttpResponse:
    """What waits for the person who is signed in; a POST objects."""
    return _shown(request, recovery.running(signed_in(request)), is_own=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page that the letter leads to. Programs that follow every link of a letter only read it; a POST objects."""
    found = recovery.by_token(token)
    if found is None:
        raise Http404(_("This link is not one of ours, or not whole. Open it from the letter once more."))
    return _shown(request, found, is_own=request.user == found.user)


def _shown(request: HttpRequest, found: Recovery | None, *, is_own: bool) -> HttpResponse:
    """The page; what support wrote is for the person, and not for whoever has the letter."""
    if request.method == "POST" and found is not None:
        if recovery.object_to(recovery=found):
            messages.success(request, _("Nothing will be removed: your sign-in stays as it is."))
        return redirect(request.path)
    is_waiting = found is not None and found.ended_at is None
    return render(request, "accounts_page/recovery.html", {"recovery": found, "is_waiting": is_waiting, "is_own": is_own})
