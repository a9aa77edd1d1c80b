"""The audit table in the administration: to be read."""

from typing import Final

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.audit.models import Entry

_SHORTEST: Final = 3
_MOST_PEOPLE: Final = 100


@admin.register(Entry)
class EntryAdmin(ReadOnlyPage):
    """Entries, the newest first; nothing can be added, changed or deleted here.

    They name people by number alone. Whoever searches for an address or a name finds what that person did, or what was done
    to their account.
    """

    list_display = ("at", "actor", "action", "subject", "detail")
    list_filter = ("action",)
    search_fields = ("actor", "subject")
    date_hierarchy = "at"
    search_help_text = _("An address or a name of a person, or what stands under who and of what, such as user:5.")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Entry]", search_term: str
    ) -> "tuple[QuerySet[Entry], bool]":
        """What fits the words, and all of the people whom they name."""
        found, has_doubles = super().get_search_results(request, queryset, search_term)
        sought = search_term.strip()
        if len(sought) < _SHORTEST:
            return found, has_doubles
        people = get_user_model().objects.filter(Q(email__icontains=sought) | Q(name__icontains=sought))
        named = [f"user:{number}" for number in people.values_list("pk", flat=True)[:_MOST_PEOPLE]]
        return found | queryset.filter(Q(actor__in=named) | Q(subject__in=named)), has_doubles
