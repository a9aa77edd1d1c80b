"""The Django application `cohorts`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CohortsConfig(AppConfig):
    """Classes that sit an exam in one window."""

    name = "guildmark_portal.cohorts"
    label = "cohorts"
    verbose_name = _("cohorts")

    def ready(self) -> None:
        """Register the jobs' handlers, what speaks against beginning, and the part of a person's data."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.cohorts import inviting, looking, prolonging, sitting  # noqa: F401 - they register what they answer for
        from guildmark_portal.cohorts.personal_data import PART

        personal_data.register(PART)
