"""Time that was added to attempts, and when we were at fault. Part of `models`, from which everybody imports it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Outage(models.Model):
    """A stretch of time in which exams could not be sat because of us. Attempts that it touched get a credit for it."""

    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"))
    reason = models.CharField(_("reason"), max_length=200)
    declared_at = models.DateTimeField(_("declared at"))

    class Meta:
        """Over when it is declared, and it says why."""

        ordering: ClassVar[list[str]] = ["began_at", "id"]
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("began_at"), declared_at__gte=F("ended_at")), name="an_outage_is_over_when_declared"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_outage_says_why"),
        ]

    def __str__(self) -> str:
        return self.reason


class Credit(models.Model):
    """Time added to an attempt: an outage of ours, or an accommodation that was granted."""

    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="credits", verbose_name=_("attempt"))
    seconds = models.PositiveIntegerField(_("seconds"))
    reason = models.CharField(_("reason"), max_length=200)
    outage = models.ForeignKey(Outage, models.PROTECT, related_name="credits", null=True, blank=True, verbose_name=_("outage"))
    granted_at = models.DateTimeField(_("granted at"))

    class Meta:
        """A credit adds time, and says why."""

        verbose_name = _("time credit")
        verbose_name_plural = _("time credits")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(seconds__gt=0), name="a_credit_adds_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_credit_says_why"),
            models.UniqueConstraint(fields=["attempt", "outage"], name="an_outage_is_credited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s"
