"""What happened to an application, and nothing else.

Application: what somebody asked, sealed, and by when it is answered. Decision: how much of the fee, by which criteria, and the
voucher that came of it. RememberedApplication: when somebody applied whose account was deleted since.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.voucher import ALL
from guildmark_portal.exams.models import Program
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.vouchers.models import Voucher


class Application(models.Model):
    """Somebody asks for help with the fee of a program. `words` are sealed; `language` is the one in which they wrote."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="stipend_applications", verbose_name=_("applicant")
    )
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("program"))
    words = models.OneToOneField(
        Sealed, models.PROTECT, related_name="stipend_application", verbose_name=_("what was written, sealed")
    )
    applied_at = models.DateTimeField(_("applied at"))
    answer_due = models.DateTimeField(_("answer due"))
    language = models.CharField(_("language"), max_length=10, blank=True)

    class Meta:
        """The one whose answer is due first comes first."""

        ordering: ClassVar[list[str]] = ["answer_due", "applied_at"]
        verbose_name = _("application for a stipend")
        verbose_name_plural = _("applications for stipends")

    def __str__(self) -> str:
        return str(self.id)


class Decision(models.Model):
    """What was decided, once: `percent` of the fee, none of it among them. `met` are the criteria that were found met."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="decision", verbose_name=_("application for a stipend")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    percent = models.PositiveSmallIntegerField(_("percent of the fee"))
    criteria: "models.JSONField[list[str], list[str]]" = models.JSONField(_("criteria at the time"), default=list, blank=True)
    met: "models.JSONField[list[str], list[str]]" = models.JSONField(_("criteria that are met"), default=list, blank=True)
    words = models.OneToOneField(
        Sealed, models.PROTECT, related_name="stipend_decision", verbose_name=_("what was written, sealed")
    )
    voucher = models.OneToOneField(
        Voucher, models.PROTECT, related_name="stipend", null=True, blank=True, verbose_name=_("voucher")
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        """All of the fee at most; a voucher where there is any."""

        verbose_name = _("decision on a stipend")
        verbose_name_plural = _("decisions on stipends")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(percent__lte=ALL), name="all_of_the_fee_at_most"),
            models.CheckConstraint(
                condition=Q(percent=0, voucher=None) | Q(percent__gte=1, voucher__isnull=False),
                name="a_stipend_is_a_voucher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent}%"

    @property
    def is_granted(self) -> bool:
        """Whether any part of the fee is paid."""
        return self.percent > 0


class RememberedApplication(models.Model):
    """When somebody applied whose account was deleted: under a keyed digest of their address, until they may apply again."""

    person = models.CharField(_("digest of the address"), max_length=64, db_index=True)
    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("program"))
    applied_at = models.DateTimeField(_("applied at"))

    class Meta:
        """How they are named."""

        verbose_name = _("remembered application")
        verbose_name_plural = _("remembered applications")

    def __str__(self) -> str:
        return str(self.applied_at)
