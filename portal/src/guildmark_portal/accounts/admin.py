"""Accounts in the administration, and its door: the ordinary sign-in with a code."""

from allauth.account.admin import EmailAddress
from allauth.idp.oidc.admin import Client, Token
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth import admin as _groups  # noqa: F401 - registers them
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from guildmark_portal.accounts.models import RoleGrant, User
from guildmark_portal.audit.admin_page import ReadOnlyPage

# The terminal's client is restored by every migration (`client.py`), and without it nobody's terminal signs in; tokens,
# sessions and authenticators are secrets of people; other providers of sign-in stand in portal.toml; roles take the place of
# groups; an address is proved by its code, and by nobody's click. Importing these modules registers their models, so that it
# cannot happen after this.
admin.site.unregister([Client, Token, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken])
admin.site.unregister([Group, EmailAddress])


def sign_in_for_admin(request: HttpRequest) -> HttpResponse:
    """Send a visitor of the administration to the sign-in page; refuse who is signed in and may not look at it."""
    destination = request.GET.get("next") or "/admin/"
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(destination)
    if not user.is_active or not user.is_staff:
        raise PermissionDenied(_("The administration is for owners and auditors. Ask an owner of this portal for that role."))
    return redirect("admin:index")


@admin.register(User)
class UserAdmin(ReadOnlyPage):
    """Accounts: to be read.

    Roles are granted on a page of their own, an address changes with a code that is sent there, and an account is deleted by
    its owner alone.
    """

    list_display = ("email", "name", "is_active", "date_joined", "last_login")
    list_filter = ("is_active", "grants__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "date_joined", "last_login")


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyPage):
    """Who was given which role, by whom and when: to be read."""

    list_display = ("user", "role", "granted_by", "granted_at", "revoked_by", "revoked_at")
    list_filter = ("role",)
    search_fields = ("user__email",)
    list_select_related = ("user",)
