"""Exams in the administration: to look at. Only a program can be opened and closed; everything else is made by services."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal.exams.models import Attempt, Decision, ExamVersion, Program, Report, Submission


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that nobody edits by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Rows are facts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Rows are kept."""
        return False


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Programs; `takes new attempts` can be switched."""

    list_display = ("slug", "title", "kind", "is_open")
    readonly_fields = ("slug", "title", "level", "framework", "kind", "created_at", "settled")

    @admin.display(description=_("settings"))
    def settled(self, program: Program) -> str:
        """Every setting with its value; `guildmark-portal program set` changes them."""
        return "\n".join(f"{key}: {value}" for key, value in program.policy.settings.items())

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Programs are made by publishing a bank."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Programs are kept."""
        return False


@admin.register(ExamVersion)
class ExamVersionAdmin(ReadOnly):
    """Published banks."""

    list_display = ("program", "version", "bank_sha256", "published_at", "published_by")
    list_filter = ("program",)
    exclude: ClassVar[tuple[str, ...]] = ("manifest",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """Attempts, by what happened to them."""

    list_display = ("id", "user", "exam_version", "started_at", "finished_at", "ended_at")
    list_filter = ("program",)
    search_fields = ("id", "user__email")
    list_select_related = ("user", "exam_version__program")


@admin.register(Submission)
class SubmissionAdmin(ReadOnly):
    """Accepted files."""

    list_display = ("id", "attempt", "category", "file_name", "size", "received_at")
    list_filter = ("category",)
    search_fields = ("id", "attempt__id", "sha256")


@admin.register(Report)
class ReportAdmin(ReadOnly):
    """What the grader found."""

    list_display = ("submission", "verdict", "score", "metric_value", "reason", "recorded_at")
    list_filter = ("verdict",)
    search_fields = ("submission__id", "submission__attempt__id")


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    """Outcomes."""

    list_display = ("attempt", "passed", "points", "decided_at")
    list_filter = ("passed",)
    search_fields = ("attempt__id",)
