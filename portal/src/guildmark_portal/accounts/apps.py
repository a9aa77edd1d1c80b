"""The application."""

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib import admin
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the application, and sees to it that the command-line client is known."""

    name = "guildmark_portal.accounts"
    verbose_name = _("people")

    def ready(self) -> None:
        """Know the client after every migration: there is no portal without it. Name the administration and its parts."""
        from guildmark_portal.accounts import (  # those that are not used register receivers and handlers
            addresses,  # noqa: F401
            auditing,  # noqa: F401
            deletion,  # noqa: F401
            expiry,  # noqa: F401
            first_proof,  # noqa: F401
            languages,  # noqa: F401
            own_data,
            personal_data,
            recovery,  # noqa: F401
        )
        from guildmark_portal.accounts.client import ensure_client

        personal_data.register(own_data.PART)

        post_migrate.connect(ensure_client, sender=self, dispatch_uid="guildmark-client")
        apps.get_app_config("account").verbose_name = _("addresses that people sign in with")
        admin.site.site_title = "Guildmark"
        admin.site.site_header = "Guildmark" if settings.ORGANISATION == "Guildmark" else f"Guildmark · {settings.ORGANISATION}"
        admin.site.index_title = _("Administration")
