"""Certificates, as they were signed."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guildmark_portal.exams.models import Attempt


class Certificate(models.Model):
    """A certificate of one passed attempt. `document` is the signed `protocol.Certificate`; the columns repeat it to search."""

    identifier = models.CharField(_("identifier"), max_length=20, unique=True)
    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="certificate", verbose_name=_("attempt"))
    holder = models.CharField(_("holder"), max_length=200)
    demonstration = models.BooleanField(_("demonstration"))
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("expires on"))
    document = models.JSONField(_("signed document"))
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-issued_at"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return self.identifier
