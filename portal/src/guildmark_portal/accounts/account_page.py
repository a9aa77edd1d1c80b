"""`/account/`: somebody's own name and address, and correcting the name before it stands on a certificate."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guildmark_portal import clock
from guildmark_portal.accounts import services
from guildmark_portal.accounts.forms import NameForm
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.mail import refusals


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The page; a POST with a `name` keeps it. It is always the account of whoever is signed in."""
    user = signed_in(request)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": user.name})
    if form.is_valid():
        if services.rename(user=user, name=form.cleaned_data["name"]):
            messages.success(
                request, _("Your name is kept. New certificates carry your legal name if you gave one, and else this name.")
            )
        return redirect("account")
    context = {
        "form": form,
        "email": user.email,
        "letter_failed_at": refusals.address_failed_at(user.email, now=clock.now()),
    }
    return render(request, "accounts_page/account.html", context)
