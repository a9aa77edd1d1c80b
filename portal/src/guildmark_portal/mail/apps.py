"""The application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Registers the application and the handler of its jobs."""

    name = "guildmark_portal.mail"
    verbose_name = _("mail")

    def ready(self) -> None:
        """Register the handler."""
        from guildmark_portal.mail import delivery  # noqa: F401 - imported for its registration
