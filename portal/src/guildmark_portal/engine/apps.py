"""The Django application `engine`: registers the jobs' handlers, and listens to attempts that change."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngineConfig(AppConfig):
    """Handlers and listeners."""

    name = "guildmark_portal.engine"
    label = "engine"
    verbose_name = _("engine")

    def ready(self) -> None:
        """Register the handlers of `grade`, `decide` and `credit_outage`, and of letters; pass changes on to whoever waits."""
        from guildmark_portal.engine import crediting, deciding, grading, live, sitting_again
        from guildmark_portal.exams.changes import changed, credited

        _ = (crediting, deciding, grading, sitting_again)
        changed.connect(live.on_change, dispatch_uid="guildmark_portal.engine.live")
        credited.connect(crediting.tell, dispatch_uid="guildmark_portal.engine.crediting")
