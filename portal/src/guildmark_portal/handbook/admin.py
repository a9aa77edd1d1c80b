"""The handbook in the administration: to look at."""

from typing import ClassVar

from django.contrib import admin

from guildmark_portal.exams.admin import ReadOnly
from guildmark_portal.handbook.models import Acknowledgement, Edition


@admin.register(Edition)
class EditionAdmin(ReadOnly):
    """Editions, the newest first."""

    list_display = ("program", "number", "written_at", "sha256")
    list_filter = ("program",)
    ordering: ClassVar[tuple[str, ...]] = ("-written_at",)


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnly):
    """Who acknowledged what."""

    list_display = ("user", "edition", "at")
    list_select_related = ("user", "edition__program")
