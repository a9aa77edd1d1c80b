"""The network in the administration: to look at, and to take out who must not stay."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import Role, holds
from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.directory import services
from guildmark_portal.directory.models import Listing


@admin.register(Listing)
class ListingAdmin(ReadOnlyPage):
    """Who is listed. What a holder shows that breaks the terms is taken out; they can enter again without it."""

    list_display = ("slug", "name", "country", "headline", "is_indexed", "listed_at")
    list_filter = ("is_indexed",)
    search_fields = ("slug", "name", "headline")
    actions = ("take_out",)

    def has_take_out_permission(self, request: HttpRequest) -> bool:
        """For owners, and not for those who only read."""
        return holds(request.user, Role.OWNER)

    @admin.action(description=_("Take out of the network"), permissions=["take_out"])
    def take_out(self, request: HttpRequest, queryset: "QuerySet[Listing]") -> None:
        """Leave nothing of them in the network."""
        count = sum(services.take_out(user=listing.user, actor=signed_in(request)) for listing in queryset)
        said = ngettext("%(count)d holder is out of the network.", "%(count)d holders are out of the network.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """With the accounts."""
        return super().get_queryset(request).select_related("user")
