"""The application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the application, and sees to it that the command-line client is known."""

    name = "guildmark_portal.accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        """Know the client after every migration: there is no portal without it."""
        from guildmark_portal.accounts.client import ensure_client

        post_migrate.connect(ensure_client, sender=self, dispatch_uid="guildmark-client")
