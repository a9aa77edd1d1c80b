"""The audit table in the administration: to be read."""

from django.contrib import admin

from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyPage):
    """Entries, the newest first; nothing can be added, changed or deleted here."""

    list_display = ("at", "actor", "action", "subject", "detail")
    list_filter = ("action",)
    search_fields = ("actor", "subject")
    date_hierarchy = "at"
