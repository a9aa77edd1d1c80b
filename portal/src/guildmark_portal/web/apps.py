"""The application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the application."""

    name = "guildmark_portal.web"

    def ready(self) -> None:
        """Answer for the steps of registration that applications below the website know of."""
        from guildmark_portal.web.profile_steps import answer_for_steps

        answer_for_steps()
