"""Offers of a right to sit. Where one stands is computed from its instants and from the right."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.transfer import Offer, OfferStanding
from guildmark_portal.exams.models import Entitlement


class Transfer(models.Model):
    """`giver` offers `right` to whoever proved `address`. Accepted, `taken` is what they have instead of it.

    The address is forgotten with the account of either. `taken_by` may be gone, and what was taken with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    right = models.ForeignKey(Entitlement, models.CASCADE, related_name="transfers", verbose_name=_("right to sit"))
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="transfers_given", verbose_name=_("given by")
    )
    address = models.EmailField(_("offered to"), max_length=254, blank=True)
    offered_at = models.DateTimeField(_("offered at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="transfers_taken",
        null=True,
        blank=True,
        verbose_name=_("taken by"),
    )
    taken = models.ForeignKey(
        Entitlement, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("right that was taken")
    )

    class Meta:
        """The newest first; one of a right is unanswered at a time, and one is accepted at most."""

        ordering: ClassVar[list[str]] = ["-offered_at", "-id"]
        verbose_name = _("right that is given on")
        verbose_name_plural = _("rights that are given on")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["right"],
                condition=Q(accepted_at=None, declined_at=None, withdrawn_at=None),
                name="one_unanswered_offer_a_right",
            ),
            models.UniqueConstraint(fields=["right"], condition=Q(accepted_at__isnull=False), name="a_right_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.right} {self.id}"

    @property
    def facts(self) -> Offer:
        """What has happened, as the rules take it."""
        return Offer(self.offered_at, self.right.right, self.accepted_at, self.declined_at, self.withdrawn_at)

    def standing(self, *, now: datetime) -> OfferStanding:
        """Where it stands at `now`."""
        return self.facts.standing(now=now)
