"""The Django application `credentials`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class CredentialsConfig(AppConfig):
    """Certificates."""

    name = "guildmark_portal.credentials"
    label = "credentials"
    verbose_name = gettext_lazy("certificates")

    def ready(self) -> None:
        """Register the part of a person's data, the job that completes certificates, and what levels require."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.credentials import completing, requiring
        from guildmark_portal.credentials.personal_data import PART
        from guildmark_portal.credentials.providers import personal_data as of_providers

        _ = completing, requiring
        personal_data.register(PART)
        personal_data.register(of_providers.PART)
