"""Profiles and terms in the administration: to be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from guildmark_portal.profiles.models import Acceptance, LegalName, Residence, TermsVersion


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Facts are not edited: what is true now is a new row, written by its services."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the framework's signature
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - the framework's signature
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - the framework's signature
        """Never."""
        return False


@admin.register(LegalName)
class LegalNameAdmin(ReadOnly):
    """Names, the newest first."""

    list_display = ("user", "name", "latin_name", "recorded_at")
    search_fields = ("user__email", "name", "latin_name")


@admin.register(Residence)
class ResidenceAdmin(ReadOnly):
    """Residences, the newest first."""

    list_display = ("user", "country", "region", "recorded_at")
    list_filter = ("country",)
    search_fields = ("user__email",)


@admin.register(TermsVersion)
class TermsVersionAdmin(ReadOnly):
    """Published terms."""

    list_display = ("kind", "version", "published_at", "published_by")
    list_filter = ("kind",)


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly):
    """Who agreed to what, and when."""

    list_display = ("user", "terms", "language", "accepted_at")
    list_filter = ("terms",)
    search_fields = ("user__email",)
