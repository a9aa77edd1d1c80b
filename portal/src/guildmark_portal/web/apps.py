"""The application."""

from django.apps import AppConfig
from django.utils.translation import get_language

from guildmark.i18n import follow


class WebConfig(AppConfig):
    """Registers the application."""

    name = "guildmark_portal.web"

    def ready(self) -> None:
        """Have the kit speak the language of each request; answer for the steps of registration that those below know of."""
        follow(get_language)
        from guildmark_portal.web.next_step import answer_for_letters
        from guildmark_portal.web.profile_steps import answer_for_steps

        answer_for_steps()
        answer_for_letters()
