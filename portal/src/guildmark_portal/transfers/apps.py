"""The Django application `transfers`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    """Rights to sit that are given on."""

    name = "guildmark_portal.transfers"
    label = "transfers"
    verbose_name = _("rights that are given on")

    def ready(self) -> None:
        """Register the part of a person's data, and how letters are written afresh."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.transfers import letters  # noqa: F401 - it registers its writers
        from guildmark_portal.transfers.personal_data import PART

        personal_data.register(PART)
