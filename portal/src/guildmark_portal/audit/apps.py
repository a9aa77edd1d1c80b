"""The application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Registers the application."""

    name = "guildmark_portal.audit"
    verbose_name = _("audit")
