"""The Django application `identity`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """Checks of identity, and the jobs that shred their evidence."""

    name = "guildmark_portal.identity"
    label = "identity"
    verbose_name = _("identity")

    def ready(self) -> None:
        """Register the jobs' handlers, and what the portal holds on a person here."""
        from guildmark_portal.accounts import personal_data
        from guildmark_portal.identity.own_data import PART

        personal_data.register(PART)
