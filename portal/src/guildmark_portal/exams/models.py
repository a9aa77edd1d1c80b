"""What happened, and nothing else: phase, deadline and score are computed from these rows by `guildmark.rules`.

Program, ExamVersion: what can be sat. A version is frozen when it is published: it holds the bank's manifest, byte for byte.
ExamStage, PilotInvitation, PolicyVersion (in `stage_models`): what versions went through, and what was settled when.
Entitlement (in `entitlement_models`), Attempt: one candidate's sitting. Upload, Submission, Report: what was handed in, and
what became of it.
Decision: what the rules made of it all, written down once it is due.
Regrade, Ruling, Revision (in `revision_models`): what came after a report, and after a decision.
Pin (in `pin_models`): which submission its candidate chose to count. Delivery (in `delivery_models`): where a bundle arrived.
Credit, Outage, Beat (in `outage_models`): time that was added. Accommodation (in `accommodation_models`): what was granted.
RememberedFailure: what stays of a failed attempt when its account is deleted while a wait runs.

The drawn form and variant and the bundle's key stand nowhere: `drawing` derives them from the portal's master secret.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.regrade import Graded, standing
from guildmark.rules.scoring import MAX_SCORE
from guildmark.rules.verdict import Verdict
from guildmark_portal.exams.accommodation_models import Accommodation
from guildmark_portal.exams.catalogue import DIGEST_LENGTH, ExamVersion, Program
from guildmark_portal.exams.delivery_models import Delivery, Device
from guildmark_portal.exams.entitlement_models import Entitlement, Voided
from guildmark_portal.exams.outage_models import Beat, Credit, CreditKind, Extends, Outage, OutageKind
from guildmark_portal.exams.pin_models import Pin
from guildmark_portal.exams.policy import ProgramPolicy
from guildmark_portal.exams.revision_models import Regrade, Revision, Ruling
from guildmark_portal.exams.stage_models import ExamStage, PilotInvitation, PolicyVersion

__all__ = [
    "Accommodation",
    "Attempt",
    "Beat",
    "Credit",
    "CreditKind",
    "Decision",
    "Delivery",
    "Device",
    "Entitlement",
    "ExamStage",
    "ExamVersion",
    "Extends",
    "Outage",
    "OutageKind",
    "PilotInvitation",
    "Pin",
    "PolicyVersion",
    "Program",
    "Regrade",
    "RememberedFailure",
    "Report",
    "Revision",
    "Ruling",
    "Submission",
    "Upload",
    "Voided",
]


class Attempt(models.Model):
    """One candidate's sitting of one exam version: facts only.

    `ended_at` is written down when the rules say that the attempt is decided (the finish, or the deadline): from then on no
    credit opens it again, and the next attempt may be opened. `identity_check` is the level that was reached when the
    attempt was opened, and `policy_version` what the program had settled then. `is_pilot`: it tries a version that is not
    live yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts", verbose_name=_("user"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="attempts", verbose_name=_("program"))
    exam_version = models.ForeignKey(ExamVersion, models.PROTECT, related_name="attempts", verbose_name=_("exam version"))
    entitlement = models.OneToOneField(Entitlement, models.PROTECT, related_name="attempt", verbose_name=_("entitlement"))
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, related_name="attempts", null=True, blank=True, verbose_name=_("version of the policy")
    )
    is_pilot = models.BooleanField(_("pilot"), default=False)
    opened_at = models.DateTimeField(_("opened at"))
    prepared_at = models.DateTimeField(_("prepared at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    identity_check = models.CharField(
        _("check of identity"),
        max_length=8,
        choices=[(level.value, level.value) for level in IdentityLevel],
        default=IdentityLevel.NONE.value,
    )
    bundle_sha256 = models.CharField(_("digest of the bundle"), max_length=DIGEST_LENGTH, blank=True)
    bundle_size = models.PositiveBigIntegerField(_("size of the bundle"), null=True, blank=True)

    class Meta:
        """One attempt under way per candidate and program; nothing ends before it starts."""

        ordering: ClassVar[list[str]] = ["-opened_at"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "program"], condition=Q(ended_at=None), name="one_attempt_under_way"),
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(prepared_at__isnull=False), name="started_only_when_prepared"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at"), started_at__isnull=False),
                name="finished_only_after_the_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def settled(self) -> ProgramPolicy:
        """What the program had settled when the attempt was opened; of attempts older than that history, what it settles."""
        return self.program.policy if self.policy_version is None else self.policy_version.policy

    @property
    def certifies(self) -> bool:
        """Whether a pass earns a certificate: a pilot's where that was settled when it was opened."""
        return self.program.exam_kind.certifies and (not self.is_pilot or self.settled.pilot_certifies)


class Upload(models.Model):
    """A file on its way: announced with digest and size, then `offset` of `size` bytes arrived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="uploads", verbose_name=_("attempt"))
    category = models.CharField(_("category"), max_length=12)
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("digest"), max_length=DIGEST_LENGTH)
    size = models.PositiveBigIntegerField(_("size"))
    offset = models.PositiveBigIntegerField(_("bytes that arrived"), default=0)
    opened_at = models.DateTimeField(_("opened at"))
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    abandoned_at = models.DateTimeField(_("abandoned at"), null=True, blank=True)

    class Meta:
        """One open upload per attempt and category; complete or abandoned, never both."""

        ordering: ClassVar[list[str]] = ["-opened_at"]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["attempt", "category"],
                condition=Q(completed_at=None, abandoned_at=None),
                name="one_open_upload_a_category",
            ),
            models.CheckConstraint(condition=Q(offset__lte=F("size"), size__gt=0), name="upload_within_its_size"),
            models.CheckConstraint(condition=Q(completed_at=None) | Q(abandoned_at=None), name="complete_or_abandoned"),
            models.CheckConstraint(condition=Q(completed_at=None) | Q(offset=F("size")), name="complete_with_every_byte"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        """Neither complete nor abandoned."""
        return self.completed_at is None and self.abandoned_at is None


class Submission(models.Model):
    """A file that was accepted. `receipt_key_id` and `receipt_signature` are the signed part of its receipt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.OneToOneField(Upload, models.PROTECT, related_name="submission", verbose_name=_("upload"))
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="submissions", verbose_name=_("attempt"))
    category = models.CharField(_("category"), max_length=12)
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("digest"), max_length=DIGEST_LENGTH)
    size = models.PositiveBigIntegerField(_("size"))
    opened_at = models.DateTimeField(_("upload opened at"))
    received_at = models.DateTimeField(_("received at"))
    receipt_key_id = models.CharField(_("key of the receipt"), max_length=16)
    receipt_signature = models.CharField(_("signature of the receipt"), max_length=128)

    class Meta:
        """The newest first; read by attempt."""

        ordering: ClassVar[list[str]] = ["-received_at", "-id"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["attempt", "sha256"], name="submission_by_bytes")]

    def __str__(self) -> str:
        return f"{self.category}: {self.file_name}"

    @property
    def report(self) -> "Report | None":
        """The report that stands: as an examiner ruled, else the first, unless a later one scores higher.

        Read from a prefetch where there is one.
        """
        reports = {report.pk: report for report in self.reports.all()}
        ruling = next((ruling.report_id for ruling in reversed(self.rulings.all())), None)
        stands = standing([Graded(pk, one.score, one.recorded_at) for pk, one in reports.items()], ruling=ruling)
        return None if stands is None else reports[stands.id]


class Report(models.Model):
    """What the grader found, and faults of ours are never among it.

    There is one per submission and grader digest, and one more per regrade, which may well be by the same grader.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reports", verbose_name=_("submission"))
    regrade = models.OneToOneField(
        Regrade, models.PROTECT, related_name="report", null=True, blank=True, verbose_name=_("regrade")
    )
    grader_digest = models.CharField(_("digest of the grader"), max_length=DIGEST_LENGTH)
    verdict = models.CharField(_("verdict"), max_length=16, choices=[(v.value, v.value) for v in Verdict if not v.is_ours])
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    metric_name = models.CharField(_("metric"), max_length=40, blank=True)
    metric_value = models.FloatField(_("value of the metric"), null=True, blank=True)
    metric_unit = models.CharField(_("unit of the metric"), max_length=40, blank=True)
    next_threshold = models.FloatField(_("next threshold"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=60)
    params = models.JSONField(_("parameters of the reason"), default=dict)
    timings_ms = models.JSONField(_("timings in milliseconds"), default=dict)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        """Recorded once per grader digest; a score exactly where the verdict is graded."""

        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["submission", "grader_digest"], condition=Q(regrade=None), name="report_once_a_grader"
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.GRADED.value, score__isnull=False, score__lte=MAX_SCORE)
                | (~Q(verdict=Verdict.GRADED.value) & Q(score=None)),
                name="a_score_exactly_when_graded",
            ),
            models.CheckConstraint(condition=~Q(verdict=Verdict.GRADER_ERROR.value), name="our_faults_are_not_reports"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.score if self.score is not None else ''}".strip()


class Decision(models.Model):
    """The outcome of an attempt, written down once. `decided_at` is the finish or the deadline, not when it was written.

    `counted` names the submission, the report and the score of each category that has one.
    """

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="decision", verbose_name=_("attempt"))
    decided_at = models.DateTimeField(_("decided at"))
    passed = models.BooleanField(_("passed"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1)
    counted = models.JSONField(_("what counted"), default=dict)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        """How decisions are named."""

        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.points}"


class RememberedFailure(models.Model):
    """A failure of a deleted account whose wait was running. `person` is a keyed digest of the address: it names nobody."""

    person = models.CharField(_("digest of the address"), max_length=DIGEST_LENGTH)
    program = models.ForeignKey(Program, models.PROTECT, related_name="remembered_failures", verbose_name=_("program"))
    failed_at = models.DateTimeField(_("failed at"))
    forget_at = models.DateTimeField(_("forgotten from"))

    class Meta:
        """Found by the digest; forgotten after the wait."""

        verbose_name = _("remembered failure")
        verbose_name_plural = _("remembered failures")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "program", "failed_at"], name="a_failure_is_remembered_once"),
            models.CheckConstraint(condition=Q(forget_at__gt=F("failed_at")), name="forgotten_only_after_the_failure"),
        ]

    def __str__(self) -> str:
        return f"{self.program}, {self.failed_at}"
