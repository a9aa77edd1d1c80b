"""What a candidate chose to count. Part of `models`, from which everybody imports it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pin(models.Model):
    """A candidate's word on what counts in a category, whatever the exam's rule says; without a submission it is taken back."""

    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="pins", verbose_name=_("attempt"))
    category = models.CharField(_("category"), max_length=12)
    submission = models.ForeignKey(
        "exams.Submission", models.PROTECT, related_name="pins", null=True, blank=True, verbose_name=_("submission")
    )
    pinned_at = models.DateTimeField(_("pinned at"))

    class Meta:
        """In the order in which they were said; the newest of a category holds."""

        ordering: ClassVar[list[str]] = ["pinned_at", "id"]
        verbose_name = _("pin")
        verbose_name_plural = _("pins")

    def __str__(self) -> str:
        return f"{self.category}: {self.submission_id or '-'}"
