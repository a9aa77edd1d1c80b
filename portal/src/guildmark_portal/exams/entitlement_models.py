"""The right to sit, by whom it was granted and what became of it. Part of `models`, from which everybody imports it."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.entitlement import Right, Worth
from guildmark_portal.exams.catalogue import Program
from guildmark_portal.exams.stage_models import PolicyVersion


class Voided(models.TextChoices):
    """Why an entitlement was taken back."""

    REFUND = "refund", _("paid back")
    DISPUTE = "dispute", _("payment disputed")
    STAFF = "staff", _("taken back by staff")
    MOVED = "moved", _("given to somebody else, or to another exam")


class Entitlement(models.Model):
    """The right to sit a program once. It is spent when the clock starts. `email` is the address of whoever got it, then.

    It may be granted to an address that no account has: `user` is None until somebody proves that address. `valid_until` is
    its last day (`guildmark.rules.entitlement` says when that is over), as it was when it was granted; None: for ever.
    `policy_version` is what the program had settled then. A grant with the same `once` is made once. `reminded_of` is the
    latest reminder, in days before the end.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="entitlements", null=True, blank=True, verbose_name=_("user")
    )
    program = models.ForeignKey(Program, models.PROTECT, related_name="entitlements", verbose_name=_("program"))
    email = models.EmailField(_("address at the time"), max_length=254, blank=True)
    source = models.CharField(_("granted through"), max_length=40)
    reason = models.CharField(_("why it was granted"), max_length=500, blank=True)
    once = models.CharField(_("granted once for"), max_length=120, blank=True)
    policy_version = models.ForeignKey(
        PolicyVersion,
        models.PROTECT,
        related_name="entitlements",
        null=True,
        blank=True,
        verbose_name=_("version of the policy"),
    )
    granted_at = models.DateTimeField(_("granted at"))
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    reminded_of = models.PositiveSmallIntegerField(_("reminded so many days before"), null=True, blank=True)
    spent_at = models.DateTimeField(_("spent at"), null=True, blank=True)
    voided_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    voided = models.CharField(_("taken back because of"), max_length=8, choices=Voided.choices, blank=True)
    void_reason = models.CharField(_("why it was taken back"), max_length=500, blank=True)

    class Meta:
        """Granted once; spent by somebody; spent or taken back, never both."""

        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="an_entitlement_is_granted_once"),
            models.CheckConstraint(condition=Q(spent_at=None) | Q(voided_at=None), name="spent_or_taken_back"),
            models.CheckConstraint(condition=Q(spent_at=None) | Q(user__isnull=False), name="spent_by_somebody"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["email"], condition=Q(user=None), name="entitlement_to_be_claimed"),
            models.Index(fields=["valid_until"], condition=Q(spent_at=None, voided_at=None), name="entitlement_that_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.program} ({self.source})"

    @property
    def right(self) -> Right:
        """Its facts, as the rules take them."""
        return Right(self.valid_until, self.spent_at, self.voided_at)

    def worth(self, *, now: datetime) -> Worth:
        """What it is worth at `now`."""
        return self.right.worth(now=now)
