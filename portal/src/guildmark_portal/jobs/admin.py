"""Jobs in the administration: what waits, what runs, what was given up."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal import clock
from guildmark_portal.audit.admin_page import ReadOnlyPage
from guildmark_portal.jobs.models import Job


class StateFilter(admin.SimpleListFilter):
    """Jobs by what became of them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - the framework's signature
        """The states by name."""
        return [("waiting", _("waiting")), ("running", _("running")), ("finished", _("finished")), ("dead", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Job]") -> "QuerySet[Job]":  # noqa: ARG002 - the framework's signature
        """The jobs in the chosen state."""
        unfinished = {"finished_at__isnull": True, "dead_at__isnull": True}
        filters: dict[str | None, dict[str, Any]] = {
            "waiting": {**unfinished, "claim": ""},
            "running": {**unfinished, "claim__gt": ""},
            "finished": {"finished_at__isnull": False},
            "dead": {"dead_at__isnull": False},
        }
        return queryset.filter(**filters.get(self.value(), {}))


@admin.register(Job)
class JobAdmin(ReadOnlyPage):
    """Jobs, to be read. The payload stays out of sight: it may hold a letter. One that was given up can be tried again."""

    list_display = ("kind", "key", "priority", "run_at", "attempts", "leased_until", "finished_at", "dead_at")
    list_filter = (StateFilter, "kind")
    search_fields = ("key",)
    ordering = ("-id",)
    exclude = ("payload", "claim")
    actions = ("try_again",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """For owners, who change things, and not for those who only read."""
        return bool(request.user.has_perm("jobs.change_job"))

    @admin.action(description=_("Try again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: "QuerySet[Job]") -> None:
        """Give jobs that were given up another life, unless the same work waits already."""
        from guildmark_portal.jobs.services import enqueue

        for job in queryset.filter(dead_at__isnull=False):
            enqueue(kind=job.kind, key=job.key, payload=job.payload, priority=job.priority, run_at=clock.now())
            self.log_change(request, job, "asked for again")
