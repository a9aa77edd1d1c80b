"""Where allauth meets the portal: its letters leave through `mail`, its claims name people as we do."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.conf import settings
from django.urls import reverse

from guildmark_portal.mail import services as mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends allauth's letters through the portal's own mail, ahead of everything else: somebody waits for the code."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render allauth's template in the language of the request, and send it."""
        site = {"name": settings.ORGANISATION, "domain": settings.PORTAL_URL.partition("://")[2]}
        known = {"request": allauth_context.request, "email": email, "current_site": site}
        message = self.render_mail(template_prefix, email, {**known, **context})
        html = next((str(body) for body, kind in getattr(message, "alternatives", ()) if kind == "text/html"), "")
        mail.send(to=email, subject=message.subject, body=message.body, html=html, priority=mail.URGENT)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell who signs up a second time how to sign in; allauth's own letter offers a new password."""
        login_url = f"{settings.PORTAL_URL}{reverse('account_login')}"
        self.send_mail("account/email/account_already_exists", email, {"login_url": login_url})


class OIDCAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    """The OpenID provider of the command-line client; `issuer` is the portal's address, whatever a request calls it."""

    def get_issuer(self) -> str:
        """The address of the portal."""
        return str(settings.PORTAL_URL)
