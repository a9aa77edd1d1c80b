"""What was granted to a candidate who needs more time. Part of `models`, from which everybody imports it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.accommodation import LONGEST_BREAK_MINUTES, MOST_BREAKS, MOST_PERCENT
from guildmark_portal.exams.catalogue import Program


class Accommodation(models.Model):
    """Extra time of `percent` of an exam's duration, and `breaks` of `break_minutes`, at one program or, without one, at all.

    Why it was granted stands nowhere here: that is in sealed evidence, if anywhere.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="accommodations", verbose_name=_("user"))
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="accommodations", null=True, blank=True, verbose_name=_("program")
    )
    percent = models.PositiveSmallIntegerField(_("extra time in percent"), default=0)
    breaks = models.PositiveSmallIntegerField(_("breaks"), default=0)
    break_minutes = models.PositiveSmallIntegerField(_("minutes of a break"), default=0)
    granted_at = models.DateTimeField(_("granted at"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        """The newest first. It grants something, within bounds; breaks have a length exactly where there are some."""

        ordering: ClassVar[list[str]] = ["-granted_at", "-id"]
        verbose_name = _("accommodation")
        verbose_name_plural = _("accommodations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(percent__lte=MOST_PERCENT, breaks__lte=MOST_BREAKS, break_minutes__lte=LONGEST_BREAK_MINUTES)
                & (Q(percent__gt=0) | Q(breaks__gt=0)),
                name="an_accommodation_grants_something",
            ),
            models.CheckConstraint(
                condition=Q(breaks=0, break_minutes=0) | Q(breaks__gt=0, break_minutes__gt=0), name="breaks_have_a_length"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("granted_at")),
                name="an_accommodation_is_revoked_after_the_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %, {self.breaks} x {self.break_minutes} min"
