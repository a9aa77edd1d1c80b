"""Recoveries: what happened when somebody had lost every second step of their sign-in. Facts, in one row each."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

DIGEST_LENGTH = 64
SHORTEST_REASON, LONGEST_REASON = 20, 2000


class Outcome(models.TextChoices):
    """How a recovery ended."""

    DONE = "done", _("second step removed")
    OBJECTED = "objected", _("the person objected")
    WITHDRAWN = "withdrawn", _("withdrawn by support")
    LAPSED = "lapsed", _("came to nothing")


class Recovery(models.Model):
    """Support asks to remove the passkeys and the app of `user`, who has lost them; it waits, so that the person can object.

    `opened_by` names an account as the audit table does (`user:7`), or a command. The link in the letter ends in a token, of
    which the digest alone is kept.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recoveries", verbose_name=_("account"))
    opened_by = models.CharField(_("opened by"), max_length=200)
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("due at"))
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON)
    token_digest = models.CharField(_("digest of the link's token"), max_length=DIGEST_LENGTH, unique=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        """The newest first; one at a time for a person."""

        ordering: ClassVar[list[str]] = ["-opened_at", "-id"]
        verbose_name = _("recovery of an account")
        verbose_name_plural = _("recoveries of accounts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="one_recovery_at_a_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_recovery_has_a_reason"),
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="a_recovery_waits"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | Q(ended_at__isnull=False, outcome__in=Outcome.values),
                name="a_recovery_ends_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d}"
