"""What becomes of a report or a decision after it was written down. Part of `models`, from which everybody imports it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    """An outcome that takes the place of a decision's, or of the revision before it; those stay as they were written.

    It comes of a ruling, or of a later report that scores higher.
    """

    decision = models.ForeignKey("exams.Decision", models.PROTECT, related_name="revisions", verbose_name=_("decision"))
    number = models.PositiveSmallIntegerField(_("number"))
    passed = models.BooleanField(_("passed"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1)
    counted = models.JSONField(_("what counted"), default=dict)
    ruling = models.ForeignKey(
        "exams.Ruling", models.PROTECT, related_name="revisions", null=True, blank=True, verbose_name=_("ruling")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        """Numbered from 1; the highest holds."""

        ordering: ClassVar[list[str]] = ["number"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["decision", "number"], name="revisions_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.points}"


class Regrade(models.Model):
    """That a submission is graded once more, and why. Its report is one more beside the first."""

    submission = models.ForeignKey("exams.Submission", models.PROTECT, related_name="regrades", verbose_name=_("submission"))
    reason = models.CharField(_("reason"), max_length=500)
    ordered_at = models.DateTimeField(_("ordered at"))

    class Meta:
        """Each says why."""

        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_regrade_says_why"),
        ]

    def __str__(self) -> str:
        return self.reason


class Ruling(models.Model):
    """An examiner's word that this report of a submission stands, whatever the others say."""

    submission = models.ForeignKey("exams.Submission", models.PROTECT, related_name="rulings", verbose_name=_("submission"))
    report = models.ForeignKey("exams.Report", models.PROTECT, related_name="rulings", verbose_name=_("report"))
    reason = models.CharField(_("reason"), max_length=500)
    ruled_at = models.DateTimeField(_("ruled at"))

    class Meta:
        """In the order in which they were given; the newest holds. Each says why."""

        ordering: ClassVar[list[str]] = ["ruled_at", "id"]
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_ruling_says_why"),
        ]

    def __str__(self) -> str:
        return self.reason
