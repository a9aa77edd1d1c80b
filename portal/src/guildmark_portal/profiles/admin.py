"""Profiles and terms in the administration: to be read."""

from django.contrib import admin

from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.profiles.models import Acceptance, LegalName, Residence, TermsVersion


@admin.register(LegalName)
class LegalNameAdmin(ReadOnlyPage):
    """Names, the newest first."""

    list_display = ("user", "name", "latin_name", "recorded_at")
    search_fields = ("user__email", "name", "latin_name")


@admin.register(Residence)
class ResidenceAdmin(ReadOnlyPage):
    """Residences, the newest first."""

    list_display = ("user", "country", "region", "recorded_at")
    list_filter = ("country",)
    search_fields = ("user__email",)


@admin.register(TermsVersion)
class TermsVersionAdmin(ReadOnlyPage):
    """Published terms."""

    list_display = ("kind", "version", "published_at", "published_by")
    list_filter = ("kind",)


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyPage):
    """Who agreed to what, and when."""

    list_display = ("user", "terms", "language", "accepted_at")
    list_filter = ("terms",)
    search_fields = ("user__email",)
