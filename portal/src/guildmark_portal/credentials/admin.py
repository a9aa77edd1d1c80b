"""Certificates in the administration: to look at."""

from django.contrib import admin

from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.credentials.models import Certificate


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyPage):
    """Issued certificates."""

    list_display = ("identifier", "holder", "demonstration", "issued_on", "expires_on")
    list_filter = ("demonstration",)
    search_fields = ("identifier", "holder", "attempt__id")
