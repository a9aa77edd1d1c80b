"""The Django application `credentials`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CredentialsConfig(AppConfig):
    """Certificates."""

    name = "guildmark_portal.credentials"
    label = "credentials"
    verbose_name = _("certificates")

    def ready(self) -> None:
        """Register the part of a person's data."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.credentials.personal_data import PART

        personal_data.register(PART)
