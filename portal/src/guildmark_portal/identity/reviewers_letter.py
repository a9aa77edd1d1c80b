"""When a reviewer was told that papers wait; see `notices`."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewersLetter(models.Model):
    """When a reviewer was last told that something waits: the next letter is an hour later at the earliest."""

    reviewer = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviewers_letter", verbose_name=_("reviewer")
    )
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        """How they are named."""

        verbose_name = _("letter to a reviewer")
        verbose_name_plural = _("letters to reviewers")

    def __str__(self) -> str:
        return str(self.sent_at)
