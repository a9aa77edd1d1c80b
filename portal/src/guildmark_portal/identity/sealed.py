"""The two halves of what the vault keeps, and that it is gone; see `vault`."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sealed(models.Model):
    """A record in the vault; its ciphertext is a file of this name. `purpose` is bound to it, as its id is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=20)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        """How records are named."""

        verbose_name = _("sealed record")
        verbose_name_plural = _("sealed records")

    def __str__(self) -> str:
        return str(self.id)


class DataKey(models.Model):
    """The key of one sealed record, wrapped by a master key. To delete this row is to shred the record."""

    sealed = models.OneToOneField(Sealed, models.CASCADE, related_name="key", verbose_name=_("sealed record"))
    master_key_id = models.CharField(_("master key"), max_length=16)
    wrapped = models.BinaryField(_("wrapped key"), max_length=60)

    class Meta:
        """How keys are named."""

        verbose_name = _("wrapped key")
        verbose_name_plural = _("wrapped keys")

    def __str__(self) -> str:
        return str(self.sealed_id)


class Shredding(models.Model):
    """The evidence of a check is gone for ever."""

    of_check = models.OneToOneField(
        "identity.Check", models.CASCADE, related_name="shredding", verbose_name=_("identity check")
    )
    shredded_at = models.DateTimeField(_("shredded at"))
    records = models.PositiveIntegerField(_("records"))

    class Meta:
        """How shreddings are named."""

        verbose_name = _("shredding")
        verbose_name_plural = _("shreddings")

    def __str__(self) -> str:
        return str(self.shredded_at)
