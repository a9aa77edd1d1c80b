"""The Django application `vouchers`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VouchersConfig(AppConfig):
    """Codes that pay an exam."""

    name = "guildmark_portal.vouchers"
    label = "vouchers"
    verbose_name = _("vouchers")

    def ready(self) -> None:
        """Register the part of a person's data."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.vouchers.personal_data import PART

        personal_data.register(PART)
