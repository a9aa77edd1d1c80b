"""The Django application `handbook`: writes a new edition when a program changes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandbookConfig(AppConfig):
    """Listens to programs."""

    name = "guildmark_portal.handbook"
    label = "handbook"
    verbose_name = _("handbook")

    def ready(self) -> None:
        """Write what follows from a change of a program with the change itself."""
        from guildmark_portal.exams.changes import program_changed
        from guildmark_portal.handbook import personal, services

        program_changed.connect(services.on_change, dispatch_uid="guildmark_portal.handbook")
        personal.register()
