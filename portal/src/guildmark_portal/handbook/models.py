"""Editions of a program's handbook, each with a text a language, and who acknowledged which."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guildmark_portal.exams.models import Program
from guildmark_portal.handbook.languages import ENGLISH, chosen


class Edition(models.Model):
    """The handbook of a program as it stood from `written_at` until the next edition, in all of its languages together."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="handbook_editions", verbose_name=_("program"))
    number = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(_("digest of the texts"), max_length=64)
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

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it can be read in, English first."""
        return tuple(sorted((text.language for text in self.texts.all()), key=lambda there: (there != ENGLISH, there)))

    def text_in(self, language: str) -> "EditionText":
        """Its text in `language`, in English where it has none."""
        texts = {text.language: text for text in self.texts.all()}
        return texts[chosen(language, texts)]


class EditionText(models.Model):
    """The text of an edition in one language: Markdown, never changed.

    `changes` says, in the same language, what became of each section since the edition before: `section`, and `what`, which
    is "new", "changed" or "gone". The first edition has none.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="texts", verbose_name=_("edition"))
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField(_("text"))
    changes: "models.JSONField[list[Any], list[Any]]" = models.JSONField(_("changes"), default=list)

    class Meta:
        """One text a language."""

        ordering: ClassVar[list[str]] = ["language"]
        verbose_name = _("text of an edition")
        verbose_name_plural = _("texts of editions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "language"], name="edition_text_once_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.edition} ({self.language})"


class Acknowledgement(models.Model):
    """Somebody's word that they read an edition, having it before them in `language`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="acknowledgements", verbose_name=_("user"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="acknowledgements", verbose_name=_("edition"))
    language = models.CharField(_("language"), max_length=10, default=ENGLISH)
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
