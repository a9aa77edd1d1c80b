"""Where allauth meets the portal: its letters leave through `mail`, its claims name people as we do."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark_portal.accounts import code_letters, fresh, known_browser, sealing
from guildmark_portal.accounts.models import User
from guildmark_portal.mail import services as mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends allauth's letters through the portal's own mail, ahead of everything else: somebody waits for the code."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This is not the code of the newest message. Type it as it stands there, or ask for a new one."
        ),
        "too_many_login_attempts": gettext_lazy("That code was wrong too often and no longer counts. Ask for a new one now."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render allauth's template in the language of the request, and send it, if the limits allow one more."""
        if template_prefix in code_letters.TEMPLATES:
            code_letters.count(allauth_context.request, email)
        site = {"name": settings.ORGANISATION, "domain": settings.PORTAL_URL.partition("://")[2]}
        known = {"request": allauth_context.request, "email": email, "current_site": site}
        ours = {"signup_url": f"{settings.PORTAL_URL}{reverse('account_signup')}"} if "signup_url" in context else {}
        message = self.render_mail(template_prefix, email, {**known, **context, **ours})
        html = next((str(body) for body, kind in getattr(message, "alternatives", ()) if kind == "text/html"), "")
        mail.send(to=email, subject=message.subject, body=message.body, html=html, priority=mail.URGENT)
        if template_prefix in code_letters.TEMPLATES and allauth_context.request.POST.get("action") == "resend":
            messages.success(allauth_context.request, _("A new message is on its way. Only the newest code counts."))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell who signs up a second time how to sign in; allauth's own letter offers a new password."""
        login_url = f"{settings.PORTAL_URL}{reverse('account_login')}"
        self.send_mail("account/email/account_already_exists", email, {"login_url": login_url})

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Go on after a sign-in, and remember the browser."""
        response: HttpResponse = super().post_login(request, user, **details)
        known_browser.remember(request, response, user)
        return response

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark the address as proved. Who signs up with its code has just said who they are: the sign-in is fresh."""
        is_proved: bool = super().confirm_email(request, email_address)
        if is_proved and request.user.is_anonymous:
            record_authentication(request, email_address.user, method="code", email=email_address.email)
        return is_proved

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Ask for a fresh sign-in by our own rule: by allauth's, who has no authenticator would never be asked."""
        if not fresh.is_fresh(allauth_context.request):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, str]]:
        """The ways to sign in freshly, the best first: a passkey, the authenticator app, and a code by mail without them."""
        if not isinstance(user, User):
            return []
        ways = {
            Authenticator.Type.WEBAUTHN: ("mfa_reauthenticate_webauthn", _("Use a passkey")),
            Authenticator.Type.TOTP: ("mfa_reauthenticate", _("Use a code of the authenticator app")),
        }
        had = set(fresh.authenticators(user).values_list("type", flat=True))
        found = [_way(*way) for kind, way in ways.items() if kind in had]
        if had and Authenticator.Type.TOTP not in had:
            found.append(_way("mfa_reauthenticate", _("Use a recovery code")))
        return found or [_way("account_reauthenticate", _("Send me a code"))]


def _way(page: str, description: str) -> dict[str, str]:
    return {"id": page, "description": description, "url": reverse(page)}


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys and authenticator apps: their secrets are sealed, and the portal has the organisation's name."""

    def encrypt(self, text: str) -> str:
        """Seal a secret, so that a copy of the database is not enough to sign in with it."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return sealing.unseal(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's signature
        """A name to begin with; its owner may give another."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey {number}").format(number=count + 1)

    def _get_site_name(self) -> str:
        return str(settings.ORGANISATION)


class OIDCAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    """The OpenID provider of the command-line client; `issuer` is the portal's address, whatever a request calls it."""

    def get_issuer(self) -> str:
        """The address of the portal."""
        return str(settings.PORTAL_URL)
