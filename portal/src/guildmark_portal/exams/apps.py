"""The Django application `exams`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    """Programs, exam versions, attempts."""

    name = "guildmark_portal.exams"
    label = "exams"
    verbose_name = _("exams")

    def ready(self) -> None:
        """Register the part of a person's data, who follows proved addresses, the daily look, and windows."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.exams import claiming, ending, windows
        from guildmark_portal.exams.personal_data import PART

        personal_data.register(PART)
        _ = claiming, ending, windows
