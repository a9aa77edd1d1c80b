"""`/account/roles/`: who does what for the program. Owners grant and revoke; auditors read."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal.accounts import roles
from guildmark_portal.accounts.forms import RoleForm
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import Role, role_required


@role_required(Role.OWNER, readers=(Role.AUDITOR,))
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest) -> HttpResponse:
    """The roles that stand; a POST with `email` and `role` grants it, or with `revoke` takes it back."""
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("account_roles")
    context = {"form": form, "grants": roles.grants(), "may_change": roles.holds(request.user, Role.OWNER)}
    return render(request, "accounts_page/roles.html", context)


def _change(request: HttpRequest, form: RoleForm) -> None:
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    names = {"email": email, "role": role.label}
    if "revoke" in request.POST:
        roles.revoke(email=email, role=role, actor=signed_in(request))
        messages.success(request, _("%(email)s no longer has the role: %(role)s.") % names)
    elif roles.grant(email=email, role=role, actor=signed_in(request)):
        messages.success(request, _("%(email)s now has the role: %(role)s.") % names)
    else:
        messages.info(request, _("%(email)s has the role already: %(role)s.") % names)
