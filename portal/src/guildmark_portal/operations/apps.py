"""The Django application `operations`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Incidents, appeals and accommodations."""

    name = "guildmark_portal.operations"
    label = "operations"
    verbose_name = _("cases")

    def ready(self) -> None:
        """Register the jobs' handlers, and what the portal holds on a person here."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.operations import letters, shredding  # noqa: F401 - they register their handlers
        from guildmark_portal.operations.own_data import PART

        personal_data.register(PART)
