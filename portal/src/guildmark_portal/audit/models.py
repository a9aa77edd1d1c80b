"""The audit table."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One thing that happened. Written by `services.record` alone; triggers refuse UPDATE and DELETE.

    The table is made by its migration and then left unmanaged, so that Django's `flush` passes it by too.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    actor = models.CharField(_("who"), max_length=200)
    action = models.CharField(_("what"), max_length=100, db_index=True)
    subject = models.CharField(_("of what"), max_length=200, db_index=True)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        """Names, and the order in which entries are read."""

        managed = False
        db_table = "audit_entry"
        ordering: ClassVar = ["-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.subject}"
