"""Vouchers as facts: what was made, who used it when. What a voucher is worth follows from them (`guildmark.rules.voucher`).

Batch: vouchers that were made together, and what each of them pays. Voucher: one code, with its slots.
Use: one slot of a voucher that somebody took. A use that nobody consumed is given back by deleting its row.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.voucher import ALL, VoucherKind, VoucherTerms, VoucherValue
from guildmark_portal.exams.models import Program

LONGEST_NAME = 80
DIGEST_LENGTH = 64


class Batch(models.Model):
    """Vouchers made at once. Without a `program` they pay any. `uses` is how often each code is used, by different people.

    `amount` is in the smallest unit of `currency`. Made with the same `once`, it is made once.
    """

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("program"))
    kind = models.CharField(_("what it pays"), max_length=7, choices=[(kind.value, kind.value) for kind in VoucherKind])
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    amount = models.PositiveBigIntegerField(_("amount in the smallest unit"), default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    uses = models.PositiveIntegerField(_("uses of each code"), default=1)
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    is_personal = models.BooleanField(_("for one account"), default=False)
    source = models.CharField(_("rights to sit are granted through"), max_length=40, default="voucher")
    once = models.CharField(_("made once for"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=200)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    class Meta:
        """The newest first; a share is one, an amount has its currency."""

        ordering: ClassVar[list[str]] = ["-made_at", "-id"]
        verbose_name = _("batch of vouchers")
        verbose_name_plural = _("batches of vouchers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="a_batch_is_made_once"),
            models.CheckConstraint(condition=Q(uses__gte=1), name="a_voucher_has_a_use"),
            models.CheckConstraint(
                condition=Q(kind=VoucherKind.FULL.value, percent=0, amount=0, currency="")
                | Q(kind=VoucherKind.PERCENT.value, percent__gte=1, percent__lt=ALL, amount=0, currency="")
                | (Q(kind=VoucherKind.AMOUNT.value, percent=0, amount__gte=1) & ~Q(currency="")),
                name="a_voucher_pays_all_a_share_or_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def value(self) -> VoucherValue:
        """What each of them pays."""
        return VoucherValue(VoucherKind(self.kind), self.percent, self.amount, self.currency)

    @property
    def terms(self) -> VoucherTerms:
        """When they are taken."""
        return VoucherTerms(self.valid_from, self.valid_until, self.stopped_at)


class Voucher(models.Model):
    """One code of a batch, by its `number` there. A personal one has a `holder`; without one it is taken from nobody."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="vouchers", verbose_name=_("batch"))
    number = models.PositiveIntegerField(_("number"))
    digest = models.CharField(_("digest of the code"), max_length=DIGEST_LENGTH, unique=True)
    sealed = models.TextField(_("code, sealed"))
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="vouchers", null=True, blank=True, verbose_name=_("holder")
    )

    class Meta:
        """Numbered from 1 in their batch."""

        ordering: ClassVar[list[str]] = ["batch", "number"]
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "number"], name="a_number_of_a_batch_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="vouchers_are_numbered_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}"


class Use(models.Model):
    """A slot of a voucher that somebody took: reserved for what `once` names, until it is consumed or given back.

    Without a `user`, their account is gone: the slot stays taken. `discount` is what it took off, in the smallest unit of
    `currency`, at the price of that moment.
    """

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="taken", verbose_name=_("voucher"))
    slot = models.PositiveIntegerField(_("slot"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="voucher_uses", null=True, blank=True, verbose_name=_("user")
    )
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("program"))
    once = models.CharField(_("taken once for"), max_length=120, unique=True)
    discount = models.PositiveBigIntegerField(_("taken off, in the smallest unit"))
    currency = models.CharField(_("currency"), max_length=3)
    taken_at = models.DateTimeField(_("taken at"))
    consumed_at = models.DateTimeField(_("consumed at"), null=True, blank=True)

    class Meta:
        """A slot is taken once, and by one person a code."""

        ordering: ClassVar[list[str]] = ["voucher", "slot"]
        verbose_name = _("use of a voucher")
        verbose_name_plural = _("uses of vouchers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["voucher", "slot"], name="a_slot_of_a_voucher_once"),
            models.UniqueConstraint(
                fields=["voucher", "user"], condition=Q(user__isnull=False), name="a_voucher_once_a_person"
            ),
            models.CheckConstraint(condition=Q(slot__gte=1), name="slots_are_numbered_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher}, {self.slot}"
