"""Which administration Django serves; apart, because settings name it before any model is known."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """Puts ours in the place of Django's."""

    default_site = "guildmark_portal.accounts.administration.Administration"
