"""Sign-in by another organisation, strictly.

An organisation's word on an address is taken only in the domains that `portal.toml` trusts it for, and only where it says
itself that the address is proved. Then the sign-in joins the account that has the address. Any other address is treated
as one that somebody has typed: a code is sent there, and an account that exists is never joined.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.http import HttpRequest

from guildmark_portal import clock
from guildmark_portal.accounts.forms import NameForm
from guildmark_portal.accounts.models import User
from guildmark_portal.sign_in_providers import Unfit, valid_until

_SAML: Final = "saml"


@dataclass(frozen=True)
class Door:
    """Another organisation, and the address that a form is posted to to sign in there."""

    name: str
    address: str


def doors(request: HttpRequest) -> list[Door]:
    """The organisations whose sign-in is taken."""
    if not settings.SIGN_IN_TRUSTED_DOMAINS:
        return []
    return [Door(provider.name, provider.get_login_url(request)) for provider in get_adapter().list_providers(request)]


def is_trusted_for(organisation: str, email: str) -> bool:
    """Whether the organisation's word on this very address is taken: its domain, exactly, is among those it is trusted for."""
    domain = email.rpartition("@")[2].lower()
    return domain in settings.SIGN_IN_TRUSTED_DOMAINS.get(organisation, ())


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Decides whom a sign-in elsewhere signs in here."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        """The organisations whose sign-in is taken: none whose metadata is valid no longer."""
        found: list[SocialApp] = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in found if app.provider != _SAML or not _has_run_out(app)]

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account that the sign-in joins, if its address is trusted; every other address loses its mark of proof."""
        organisation = sociallogin.provider.app.provider_id
        for address in sociallogin.email_addresses:
            says_so = address.verified or sociallogin.provider.id == _SAML  # an assertion speaks of its own people
            address.verified = bool(says_so and is_trusted_for(organisation, address.email))
        found: tuple[User, str] | None = super().authenticate_by_email(sociallogin)
        return found

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Whether the address is one that the organisation is trusted for."""
        return is_trusted_for(login.provider.app.provider_id, email)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """A new account's address, and its name if it is one that a certificate could carry."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("name") or "", f"{data.get('first_name') or ''} {data.get('last_name') or ''}")
        form = NameForm({"name": next((part for part in parts if part.strip()), "")})
        user.name = form.cleaned_data["name"] if form.is_valid() else ""
        return user


def _has_run_out(app: SocialApp) -> bool:
    """Whether the file of an organisation's metadata, which may have been fetched anew, is past its day or cannot be read."""
    path = url2pathname(urlsplit(app.settings["idp"]["metadata_url"]).path)
    try:
        until = valid_until(Path(path).read_bytes())
    except (OSError, Unfit):
        return True
    return until is not None and until <= clock.now()
