"""Accounts in the administration, and its door: the ordinary sign-in with a code."""

from allauth.idp.oidc.admin import Client, Token
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from guildmark_portal.accounts.models import User

# The terminal's client is restored by every migration (`client.py`), and without it nobody's terminal signs in; tokens are
# secrets of people. Importing allauth's module registers both, so that it cannot happen after this.
admin.site.unregister([Client, Token])


def sign_in_for_admin(request: HttpRequest) -> HttpResponse:
    """Send a visitor of the administration to the sign-in page; refuse who is signed in and is no staff."""
    destination = request.GET.get("next") or "/admin/"
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(destination)
    if not user.is_active or not user.is_staff:
        raise PermissionDenied(_("The administration is for staff. Ask an owner of this portal to make your account staff."))
    return redirect("admin:index")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts: staff may be named here; the address is changed by its owner alone."""

    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = (
        "email",
        "name",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
        "user_permissions",
        "date_joined",
        "last_login",
    )
    readonly_fields = ("date_joined", "last_login")
    filter_horizontal = ("groups", "user_permissions")
