"""What every page of the administration is built on: it shows what it was made to show, and what is done there is kept."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest

from guildmark_portal.audit import services as audit

_ENDINGS: Final = frozenset({"exact", "isnull"})
_OF_A_DATE: Final = frozenset({"year", "month", "day", "gte", "lt"})


class AdminPage(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of one model.

    Django lets whoever reads a list filter it by any field, and so guess what no column shows, letter by letter. Here a list
    is filtered by its own filters alone. Whatever somebody changes is in the audit table.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Whether `lookup` is one that the page's own filters, or its dates, put into addresses."""
        return any(lookup in allowed for allowed in (*map(self._lookups, self.get_list_filter(request)), self._dates()))

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Keep that a row was added."""
        audit.record(actor=_actor(request), action="admin.added", subject=obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Keep that a row was changed, and which of its fields; an action says in words what it did."""
        audit.record(actor=_actor(request), action="admin.changed", subject=obj, detail={"what": _said(message)})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: "QuerySet[Any]") -> Any:
        """Keep that rows were deleted."""
        for row in queryset:
            audit.record(actor=_actor(request), action="admin.deleted", subject=row)
        return super().log_deletions(request, queryset)

    def _lookups(self, chosen: Any) -> set[str]:
        if isinstance(chosen, type):
            return {str(getattr(chosen, "parameter_name", ""))}
        path = chosen if isinstance(chosen, str) else chosen[0]
        last = get_fields_from_path(self.model, path)[-1]
        of_relation = {f"{last.target_field.name}__exact"} if isinstance(last, ForeignKey) else set()
        return {path, *(f"{path}__{ending}" for ending in _ENDINGS | of_relation)}

    def _dates(self) -> set[str]:
        return {f"{self.date_hierarchy}__{part}" for part in _OF_A_DATE} if self.date_hierarchy else set()


class ReadOnlyPage(AdminPage):
    """Rows that nobody adds, edits or deletes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Rows are facts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Rows are kept."""
        return False


def _actor(request: HttpRequest) -> Any:
    return request.user


def _said(message: Any) -> list[str] | str:
    """The names of the changed fields, or what an action said; never a value."""
    if isinstance(message, str):
        return message
    return sorted({field for part in message for field in _fields(part)})


def _fields(part: dict[str, dict[str, Any]]) -> Iterable[str]:
    return (str(field) for told in part.values() for field in told.get("fields", ()))
