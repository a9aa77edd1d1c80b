"""Exams in the administration: to look at. Only a program can be opened and closed; everything else is made by services."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guildmark_portal.audit.admin_page import AdminPage, ReadOnlyPage
from guildmark_portal.exams.models import (
    Attempt,
    Credit,
    Decision,
    Delivery,
    ExamStage,
    ExamVersion,
    Outage,
    PilotInvitation,
    Pin,
    PolicyVersion,
    Program,
    Regrade,
    Report,
    Revision,
    Ruling,
    Submission,
)


@admin.register(Program)
class ProgramAdmin(AdminPage):
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
class ExamVersionAdmin(ReadOnlyPage):
    """Published banks."""

    list_display = ("program", "version", "bank_sha256", "published_at", "published_by")
    list_filter = ("program",)
    exclude: ClassVar[tuple[str, ...]] = ("manifest",)


@admin.register(ExamStage)
class ExamStageAdmin(ReadOnlyPage):
    """Stages that versions entered."""

    list_display = ("exam_version", "stage", "entered_at", "left_at", "actor", "reason")
    list_filter = ("program", "stage")
    list_select_related = ("exam_version__program",)


@admin.register(PilotInvitation)
class PilotInvitationAdmin(ReadOnlyPage):
    """Who was invited to a pilot."""

    list_display = ("exam_version", "email", "invited_at", "withdrawn_at")
    search_fields = ("email",)
    list_select_related = ("exam_version__program",)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyPage):
    """What programs settled."""

    list_display = ("program", "number", "settled_at", "settled_by")
    list_filter = ("program",)
    list_select_related = ("program",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyPage):
    """Attempts, by what happened to them."""

    list_display = ("id", "user", "exam_version", "started_at", "finished_at", "ended_at")
    list_filter = ("program",)
    search_fields = ("id", "user__email")
    list_select_related = ("user", "exam_version__program")


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyPage):
    """Accepted files."""

    list_display = ("id", "attempt", "category", "file_name", "size", "received_at")
    list_filter = ("category",)
    search_fields = ("id", "attempt__id", "sha256")


@admin.register(Report)
class ReportAdmin(ReadOnlyPage):
    """What the grader found."""

    list_display = ("submission", "verdict", "score", "metric_value", "reason", "recorded_at")
    list_filter = ("verdict",)
    search_fields = ("submission__id", "submission__attempt__id")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyPage):
    """Outcomes."""

    list_display = ("attempt", "passed", "points", "decided_at")
    list_filter = ("passed",)
    search_fields = ("attempt__id",)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyPage):
    """Outcomes that took the place of earlier ones."""

    list_display = ("decision", "number", "passed", "points", "recorded_at")
    search_fields = ("decision__attempt__id",)


@admin.register(Credit)
class CreditAdmin(ReadOnlyPage):
    """Time that was added."""

    list_display = ("attempt", "kind", "seconds", "reason", "granted_at")
    search_fields = ("attempt__id",)


@admin.register(Pin)
class PinAdmin(ReadOnlyPage):
    """What candidates chose to count."""

    list_display = ("attempt", "category", "submission", "pinned_at")
    search_fields = ("attempt__id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyPage):
    """Where sealed bundles arrived whole."""

    list_display = ("attempt", "by", "sha256", "delivered_at")
    search_fields = ("attempt__id",)


@admin.register(Regrade)
class RegradeAdmin(ReadOnlyPage):
    """What was graded once more."""

    list_display = ("submission", "reason", "ordered_at")
    search_fields = ("submission__id", "submission__attempt__id")


@admin.register(Ruling)
class RulingAdmin(ReadOnlyPage):
    """What examiners ruled."""

    list_display = ("submission", "report", "reason", "ruled_at")
    search_fields = ("submission__id", "submission__attempt__id")


@admin.register(Outage)
class OutageAdmin(ReadOnlyPage):
    """When we were at fault."""

    list_display = ("reason", "kind", "began_at", "ended_at", "noticed_at")
