"""The Django application `credentials`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CredentialsConfig(AppConfig):
    """Certificates."""

    name = "guildmark_portal.credentials"
    label = "credentials"
    verbose_name = _("certificates")
