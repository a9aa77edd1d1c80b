"""The Django application `registry`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """The register as files: it brings templates and scripts, and has no tables."""

    name = "guildmark_portal.registry"
    label = "registry"
    verbose_name = _("exported register")
