"""The application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the application."""

    name = "guildmark_portal.web"
