"""Editions of a program's handbook, and who acknowledged which."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guildmark_portal.exams.models import Program


class Edition(models.Model):
    """The handbook of a program as it stood from `written_at` until the next edition. `text` is Markdown, never changed.

    `changes` says what became of each section since the edition before: `section`, and `what`, which is "new", "changed" or
    "gone". The first edition has none.
    """

    program = models.ForeignKey(Program, models.PROTECT, related_name="handbook_editions", verbose_name=_("program"))
    number = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(_("digest of the text"), max_length=64)
    text = models.TextField(_("text"))
    changes: "models.JSONField[list[Any], list[Any]]" = models.JSONField(_("changes"), default=list)
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        """Numbered from 1 in each program; the newest first."""

        ordering: ClassVar[list[str]] = ["-number"]
        verbose_name = _("edition of the handbook")
        verbose_name_plural = _("editions of the handbook")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["program", "number"], name="one_edition_a_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="editions_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.number}"


class Acknowledgement(models.Model):
    """Somebody's word that they read an edition."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="acknowledgements", verbose_name=_("user"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="acknowledgements", verbose_name=_("edition"))
    at = models.DateTimeField(_("when"))

    class Meta:
        """Given once an edition."""

        ordering: ClassVar[list[str]] = ["-at"]
        verbose_name = _("acknowledgement of the handbook")
        verbose_name_plural = _("acknowledgements of the handbook")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "edition"], name="acknowledged_once_an_edition"),
        ]

    def __str__(self) -> str:
        return str(self.edition)
