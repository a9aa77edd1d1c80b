"""`/account/delete/`: deleting the account, after a fresh sign-in and with a word on what stays."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.people import signed_in


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required()
def show(request: HttpRequest) -> HttpResponse:
    """What goes and what stays; a POST with the box ticked deletes the account."""
    user = signed_in(request)
    if request.method == "POST" and request.POST.get("understood") != "yes":
        messages.error(request, _("Nothing was deleted. Tick the box to say that you understand, then delete the account."))
        return redirect("account_delete")
    if request.method == "POST":
        try:
            deletion.delete(user=user)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("account_delete")
        get_adapter(request).logout(request)
        messages.success(request, _("Your account is deleted. A last message is on its way to your address."))
        return redirect(settings.LOGOUT_REDIRECT_URL)
    context = {
        "obstacles": deletion.obstacles(user),
        "kept": deletion.kept(user),
        "lost": deletion.lost(user),
        "email": user.email,
    }
    return render(request, "accounts_page/delete.html", context)
