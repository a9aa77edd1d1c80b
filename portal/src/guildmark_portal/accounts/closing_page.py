"""`/account/close/`: an owner deletes somebody's account, as that person asked in writing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.forms import ClosingForm
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import Role, role_required


@role_required(Role.OWNER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required()
def show(request: HttpRequest) -> HttpResponse:
    """The form; a POST deletes the account, by the same steps as its person's own page."""
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deletion.close(email=form.cleaned_data["email"], asked_on=form.cleaned_data["asked_on"], actor=signed_in(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The account is deleted. A last message is on its way to its address."))
            return redirect("account_close")
    return render(request, "accounts_page/close.html", {"form": form})
