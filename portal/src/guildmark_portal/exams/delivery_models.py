"""Which sealed bundles arrived whole, and where. Part of `models`, from which everybody imports it."""

from enum import Enum
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Device(str, Enum):
    """What downloaded and verified a bundle."""

    BROWSER = "browser"
    TERMINAL = "terminal"


class Delivery(models.Model):
    """The word of a candidate's browser or terminal that it holds the sealed bundle with this digest, every byte verified."""

    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="deliveries", verbose_name=_("attempt"))
    sha256 = models.CharField(_("digest"), max_length=64)
    by = models.CharField(_("delivered to"), max_length=8, choices=[(device.value, device.value) for device in Device])
    delivered_at = models.DateTimeField(_("delivered at"))

    class Meta:
        """Noted once for each bundle and kind of device."""

        ordering: ClassVar[list[str]] = ["delivered_at", "id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "sha256", "by"], name="a_delivery_is_noted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.sha256[:12]}"
