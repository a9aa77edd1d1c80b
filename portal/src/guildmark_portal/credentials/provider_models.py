"""What was handed to a badge provider, with whose consent and when; where it stands is computed from these facts.

No name and no address stands in a column: both are read when they are sent.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Handover(models.Model):
    """One consent to hand a certificate to a provider, and what came of it.

    `sent_at`: since then the provider may know of it. `delivered_at`: it said that it does. `withdrawn_at`: the consent was
    taken back. `retracted_at`: the provider removed what it had. `failures`, `fault`, `status` (HTTP's, 0 for none) and
    `dead_at` are of the step under way: handing over, or after a withdrawal taking back. Once that is done, `status` is what
    the provider answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey(
        "credentials.Certificate", models.PROTECT, related_name="handovers", verbose_name=_("certificate")
    )
    provider = models.CharField(_("provider"), max_length=20)
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    consented_at = models.DateTimeField(_("consented at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    retracted_at = models.DateTimeField(_("retracted at"), null=True)
    failures = models.PositiveIntegerField(_("failed attempts"), default=0)
    fault = models.CharField(_("last error"), max_length=20, blank=True)
    status = models.PositiveSmallIntegerField(_("status of the answer"), default=0)
    dead_at = models.DateTimeField(_("given up"), null=True)

    class Meta:
        """The newest first; a certificate has one consent that holds."""

        ordering: ClassVar = ["-consented_at"]
        verbose_name = _("hand-over to the badge provider")
        verbose_name_plural = _("hand-overs to the badge provider")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(withdrawn_at=None), name="one_consent_of_a_certificate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.provider}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether the consent was taken back."""
        return self.withdrawn_at is not None
