"""The Django application `stipends`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StipendsConfig(AppConfig):
    """Help with the fee: applications and decisions."""

    name = "guildmark_portal.stipends"
    label = "stipends"
    verbose_name = _("stipends")

    def ready(self) -> None:
        """Register the jobs' handlers, and the part of a person's data."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.stipends import applying, shredding  # noqa: F401 - they register their handlers
        from guildmark_portal.stipends.personal_data import PART

        personal_data.register(PART)
