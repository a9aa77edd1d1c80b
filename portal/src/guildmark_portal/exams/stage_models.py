"""What an exam version has been through, who may sit its pilot, and what a program settled when. Part of `models`.

ExamStage: a stage that a version entered, and when it left it: facts that are added to, never changed. PilotInvitation: an
address whose owner sits a pilot, once. PolicyVersion: the settings of a program as they stood from an instant on.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.exam_stage import Stage
from guildmark_portal.exams.catalogue import ExamVersion, Program
from guildmark_portal.exams.policy import ProgramPolicy, stored


class ExamStage(models.Model):
    """A stage of an exam version, from `entered_at` on, until `left_at`; who let it enter, and why.

    `program` and `languages` repeat what the version says, for the constraint. `overridden` is what was missing for the step
    where an owner took it in spite of that. A version that retired for another one names it as its `successor`.
    """

    exam_version = models.ForeignKey(ExamVersion, models.PROTECT, related_name="stages", verbose_name=_("exam version"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="stages", verbose_name=_("program"))
    languages = models.CharField(_("languages"), max_length=200)
    stage = models.CharField(_("stage"), max_length=7, choices=[(stage.value, stage.value) for stage in Stage])
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(_("left the stage at"), null=True, blank=True)
    actor = models.CharField(_("who"), max_length=200)
    reason = models.CharField(_("why"), max_length=500, blank=True)
    successor = models.ForeignKey(
        ExamVersion, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("version in its place")
    )
    overridden: "models.JSONField[list[str], list[str]]" = models.JSONField(_("overridden"), default=list, blank=True)

    class Meta:
        """A version stands at one stage; of a program, one version is live in a set of languages."""

        ordering: ClassVar[list[str]] = ["pk"]
        verbose_name = _("stage of an exam version")
        verbose_name_plural = _("stages of exam versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["exam_version"], condition=Q(left_at=None), name="a_version_stands_at_one_stage"),
            models.UniqueConstraint(
                fields=["program", "languages"],
                condition=Q(left_at=None, stage=Stage.LIVE.value),
                name="one_live_version_a_program_and_languages",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="left_after_it_was_entered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_version}: {self.stage}"

    @property
    def value(self) -> Stage:
        """The stage as the rules name it."""
        return Stage(self.stage)


class PilotInvitation(models.Model):
    """Whoever proves `email` may sit the pilot of a version, once."""

    exam_version = models.ForeignKey(ExamVersion, models.PROTECT, related_name="invitations", verbose_name=_("exam version"))
    email = models.EmailField(_("address"), max_length=254)
    invited_at = models.DateTimeField(_("invited at"))
    invited_by = models.CharField(_("invited by"), max_length=200)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        """An address is invited once to a version, unless the invitation was withdrawn."""

        ordering: ClassVar[list[str]] = ["email", "pk"]
        verbose_name = _("invitation to a pilot")
        verbose_name_plural = _("invitations to pilots")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["exam_version", "email"], condition=Q(withdrawn_at=None), name="invited_once_to_a_pilot"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def once(self) -> str:
        """What the right to sit that it is worth is granted once for."""
        return f"pilot:{self.pk}"


class PolicyVersion(models.Model):
    """What a program settled, whole, from `settled_at` until the next number. Nothing changes it afterwards."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="policy_versions", verbose_name=_("program"))
    number = models.PositiveIntegerField(_("number"))
    document: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("policy"), editable=False)
    settled_at = models.DateTimeField(_("settled at"))
    settled_by = models.CharField(_("settled by"), max_length=200)

    class Meta:
        """Numbered from 1, the newest first."""

        ordering: ClassVar[list[str]] = ["-number"]
        verbose_name = _("version of a policy")
        verbose_name_plural = _("versions of policies")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["program", "number"], name="a_policy_version_has_its_number"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.number}"

    @property
    def policy(self) -> ProgramPolicy:
        """The settings; what they say nothing of, since it came later, has the default."""
        return stored(self.document, self.program.exam_kind)
