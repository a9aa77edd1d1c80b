"""The handbook in the administration: to look at."""

from typing import ClassVar

from django.contrib import admin

from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.handbook.models import Acknowledgement, Edition, EditionText


@admin.register(Edition)
class EditionAdmin(ReadOnlyPage):
    """Editions, the newest first."""

    list_display = ("program", "number", "written_at", "sha256")
    list_filter = ("program",)
    ordering: ClassVar[tuple[str, ...]] = ("-written_at",)


@admin.register(EditionText)
class EditionTextAdmin(ReadOnlyPage):
    """Their texts, language by language."""

    list_display = ("edition", "language")
    list_filter = ("language", "edition__program")
    list_select_related = ("edition__program",)


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnlyPage):
    """Who acknowledged what."""

    list_display = ("user", "edition", "language", "at")
    list_select_related = ("user", "edition__program")
