"""What a rejection is about, row by row: a reason with the document or the photo that it is of; and a note beside it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark_portal.identity.sealed import Sealed


class Objection(models.Model):
    """One reason of a rejection. Of neither a document nor the photo: of everything together."""

    decision = models.ForeignKey("identity.Decision", models.CASCADE, related_name="objections", verbose_name=_("decision"))
    reason = models.CharField(_("reason"), max_length=24)
    document = models.ForeignKey(
        "identity.Document", models.CASCADE, null=True, blank=True, related_name="objections", verbose_name=_("document")
    )
    photo = models.ForeignKey(
        "identity.Photo", models.CASCADE, null=True, blank=True, related_name="objections", verbose_name=_("photo")
    )

    class Meta:
        """In the order in which they were written."""

        ordering: ClassVar[list[str]] = ["id"]
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(document=None) | Q(photo=None), name="to_one_thing_at_most"),
        ]

    def __str__(self) -> str:
        return self.reason


class Note(models.Model):
    """What a reviewer wrote to the candidate with a rejection. It is sealed, and shredded with the papers."""

    decision = models.OneToOneField("identity.Decision", models.CASCADE, related_name="note", verbose_name=_("decision"))
    sealed = models.OneToOneField(Sealed, models.PROTECT, related_name="note", verbose_name=_("sealed record"))

    class Meta:
        """How notes are named."""

        verbose_name = _("note to the candidate")
        verbose_name_plural = _("notes to candidates")

    def __str__(self) -> str:
        return str(self.sealed_id)
