"""Time that was added to attempts, and when we were at fault. Part of `models`, from which everybody imports it."""

from enum import Enum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class OutageKind(str, Enum):
    """Who found an outage: the portal itself (it was down, or its grading was), or a person who declared it."""

    PORTAL = "portal"
    GRADING = "grading"
    DECLARED = "declared"


class CreditKind(str, Enum):
    """What time was added for: an outage, an accommodation, a break that was taken, or the word of staff."""

    OUTAGE = "outage"
    ACCOMMODATION = "accommodation"
    BREAK = "break"
    STAFF = "staff"


class Extends(str, Enum):
    """What a credit moves: the deadline and with it the last byte, or the last byte alone."""

    DEADLINE = "deadline"
    GRACE = "grace"


class Outage(models.Model):
    """A stretch of time in which exams could not be sat because of us. Attempts that it touched get a credit for it.

    While it has no end, it is open: the time left of attempts stands still. `credited_at` is when every credit was written.
    """

    kind = models.CharField(
        _("kind"), max_length=8, choices=[(kind.value, kind.value) for kind in OutageKind], default=OutageKind.DECLARED.value
    )
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    noticed_at = models.DateTimeField(_("noticed at"))
    credited_at = models.DateTimeField(_("credited at"), null=True, blank=True)

    class Meta:
        """One of a kind is open at a time; what is declared is over; each says why."""

        ordering: ClassVar[list[str]] = ["began_at", "id"]
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("began_at")), name="an_outage_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=~Q(kind=OutageKind.DECLARED.value) | Q(ended_at__isnull=False, noticed_at__gte=F("ended_at")),
                name="an_outage_is_over_when_declared",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_outage_says_why"),
            models.UniqueConstraint(fields=["kind"], condition=Q(ended_at=None), name="one_open_outage_of_a_kind"),
        ]

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """The reason in the active language, where it is one of our own sentences."""
        return gettext(self.reason)


class Credit(models.Model):
    """Time added to an attempt: an outage of ours, an accommodation that was granted, a break, or the word of staff."""

    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="credits", verbose_name=_("attempt"))
    kind = models.CharField(
        _("kind"), max_length=13, choices=[(kind.value, kind.value) for kind in CreditKind], default=CreditKind.STAFF.value
    )
    extends = models.CharField(
        _("extends"), max_length=8, choices=[(what.value, what.value) for what in Extends], default=Extends.DEADLINE.value
    )
    seconds = models.PositiveIntegerField(_("seconds"))
    reason = models.CharField(_("reason"), max_length=200)
    outage = models.ForeignKey(Outage, models.PROTECT, related_name="credits", null=True, blank=True, verbose_name=_("outage"))
    granted_at = models.DateTimeField(_("granted at"))

    class Meta:
        """A credit adds time, and says why; it is for an outage exactly if it names one."""

        verbose_name = _("time credit")
        verbose_name_plural = _("time credits")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(seconds__gt=0), name="a_credit_adds_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_credit_says_why"),
            models.UniqueConstraint(fields=["attempt", "outage"], name="an_outage_is_credited_once"),
            models.CheckConstraint(
                condition=Q(kind=CreditKind.OUTAGE.value, outage__isnull=False)
                | (~Q(kind=CreditKind.OUTAGE.value) & Q(outage=None)),
                name="an_outage_credit_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s"

    @property
    def said(self) -> str:
        """The reason in the active language, where it is one of our own sentences."""
        return gettext(self.reason)


class Beat(models.Model):
    """When a part of the portal was last seen at work. A gap in it is an outage."""

    source = models.CharField(_("source"), max_length=20, unique=True)
    at = models.DateTimeField(_("seen at"))

    class Meta:
        """How beats are named."""

        verbose_name = _("beat")
        verbose_name_plural = _("beats")

    def __str__(self) -> str:
        return f"{self.source} {self.at}"
