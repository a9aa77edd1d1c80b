"""The application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Registers the application."""

    name = "guildmark_portal.jobs"
    verbose_name = _("jobs")
