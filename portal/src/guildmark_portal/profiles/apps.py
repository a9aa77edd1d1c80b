"""The application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    """Registers the application, and sees to it that there are terms to agree to."""

    name = "guildmark_portal.profiles"
    label = "profiles"
    verbose_name = _("profiles")

    def ready(self) -> None:
        """Publish the terms that came with the portal where there are none; know what a person may ask to see and remove."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.profiles import own_data
        from guildmark_portal.profiles.shipped import ensure_terms

        post_migrate.connect(ensure_terms, sender=self, dispatch_uid="guildmark-terms")
        personal_data.register(personal_data.Part(name="profile", export=own_data.export, erase=own_data.erase))
