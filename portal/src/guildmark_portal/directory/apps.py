"""The Django application `directory`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """The network of holders."""

    name = "guildmark_portal.directory"
    label = "directory"
    verbose_name = _("network")

    def ready(self) -> None:
        """Follow certificates, register the job, and what the portal holds on a person here."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.directory import following, messages  # noqa: F401 - they register themselves
        from guildmark_portal.directory.own_data import PART

        personal_data.register(PART)
