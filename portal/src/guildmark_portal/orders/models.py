"""Orders as facts, what was asked of the payment provider, and what it told. Where an order stands is computed from them.

Amounts are whole numbers of the currency's smallest unit. No name, card number or address of a buyer stands in a column.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.money import Money
from guildmark.rules.order import Contested, DisputeOutcome, OrderFacts, OrderStanding, Returned, outcome_of
from guildmark_portal.exams.models import Program

LONGEST_REASON = 500


class GivenUp(models.TextChoices):
    """Why an order that was not paid ended."""

    BUYER = "buyer", _("given up by the buyer")
    EXPIRED = "expired", _("not paid in time")
    FAILED = "failed", _("the payment failed")
    DELETED = "deleted", _("the account was deleted")
    NEEDLESS = "needless", _("the right to sit came another way")


class Order(models.Model):
    """Somebody's order of the right to sit a program once, at the price of that moment.

    `discount` is a voucher's part; the voucher's use is reserved under `once`. `refund_terms` are what a buyer gets back, as
    `guildmark.rules.refund` reads them and as they were when it was opened. `paid` is what was paid in all, with `tax`.
    `payment` is the provider's number of it, or empty; `reference` is what staff wrote down of a payment by other means.
    Without a `user`, the account is gone: what the books need stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders", null=True, blank=True, verbose_name=_("buyer")
    )
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("program"))
    price = models.PositiveBigIntegerField(_("price, in the smallest unit"))
    discount = models.PositiveBigIntegerField(_("taken off by a voucher"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    refund_terms = models.CharField(_("terms of money back"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    processing_at = models.DateTimeField(_("payment under way since"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    given_up = models.CharField(_("why it was given up"), max_length=8, choices=GivenUp.choices, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    paid = models.PositiveBigIntegerField(_("paid in all"), default=0)
    tax = models.PositiveBigIntegerField(_("tax in it"), default=0)
    payment = models.CharField(_("the provider's number of the payment"), max_length=200, blank=True)
    receipt = models.URLField(_("receipt"), max_length=2000, blank=True)
    invoice = models.URLField(_("invoice"), max_length=2000, blank=True)
    reference = models.CharField(_("reference of an offline payment"), max_length=200, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=200, blank=True)

    class Meta:
        """The newest first; one of a person and program is open at a time."""

        ordering: ClassVar[list[str]] = ["-opened_at", "-id"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "program"], condition=Q(paid_at=None, given_up_at=None), name="one_open_order_a_program"
            ),
            models.UniqueConstraint(fields=["payment"], condition=~Q(payment=""), name="a_payment_pays_one_order"),
            models.CheckConstraint(condition=Q(discount__lte=F("price")), name="a_discount_is_part_of_the_price"),
            models.CheckConstraint(condition=Q(paid_at=None) | Q(given_up_at=None), name="paid_or_given_up"),
            models.CheckConstraint(condition=Q(tax__lte=F("paid")), name="tax_is_part_of_what_was_paid"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["opened_at"], condition=Q(paid_at=None, given_up_at=None), name="order_that_is_open")
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.id}"

    @property
    def once(self) -> str:
        """What rights to sit are granted once for, and what a voucher's use is reserved for."""
        return f"order:{self.pk}"

    @property
    def due(self) -> Money:
        """What is to be paid, before the provider adds tax."""
        return self.money(self.price - self.discount)

    def money(self, amount: int) -> Money:
        """An amount in the order's currency."""
        return Money(amount, self.currency)

    @property
    def facts(self) -> OrderFacts:
        """What has happened, as the rules take it. Prefetch `refunds` and `disputes` for many."""
        return OrderFacts(
            self.currency,
            self.paid,
            self.paid_at,
            self.processing_at,
            self.given_up_at,
            tuple(Returned(one.amount, one.done_at, one.failed_at, one.ends_right) for one in self.refunds.all()),
            tuple(Contested(one.outcome, one.amount) for one in self.disputes.all()),
        )

    @property
    def standing(self) -> OrderStanding:
        """Where it stands."""
        return self.facts.standing


class CheckoutSession(models.Model):
    """One visit to the provider's page of payment. It is written before the provider is asked, so that asking again is safe.

    `number` counts those of an order; with it the provider is told that a repeated request is the same one. `language` and
    `email` are what the request said then. `ended_at`: it was paid, or ran out, and cannot be paid any more.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="sessions", verbose_name=_("order"))
    number = models.PositiveSmallIntegerField(_("number"))
    reference = models.CharField(_("the provider's number"), max_length=200, blank=True)
    url = models.URLField(_("page of payment"), max_length=4000, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    email = models.EmailField(_("address that the page shows"), max_length=254, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    expires_at = models.DateTimeField(_("runs out at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        """In their order; one is open at a time."""

        ordering: ClassVar[list[str]] = ["number"]
        verbose_name = _("visit to the page of payment")
        verbose_name_plural = _("visits to the page of payment")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "number"], name="sessions_of_an_order_are_numbered"),
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="one_open_session_an_order"),
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="a_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.number}"


class Refund(models.Model):
    """Money on its way back. `asked_by` is empty for what the provider returned on its own. `ends_right`: see the rules.

    `once` is the form's, so that one that is sent twice asks once.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds", verbose_name=_("order"))
    amount = models.PositiveBigIntegerField(_("amount, in the smallest unit"))
    reason = models.CharField(_("why"), max_length=LONGEST_REASON, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    ends_right = models.BooleanField(_("the right to sit was taken back"), default=True)
    reference = models.CharField(_("the provider's number, or that of a transfer"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    once = models.CharField(_("asked once for"), max_length=120, blank=True)

    class Meta:
        """In their order; one of ours is under way at a time."""

        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "reference"], condition=~Q(reference=""), name="a_refund_once"),
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="a_refund_is_asked_once"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(done_at=None, failed_at=None, ends_right=True),
                name="one_refund_under_way_an_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.amount}"


class Dispute(models.Model):
    """A buyer's bank that takes a payment back. `status` is the provider's word; `seen_at` is when staff looked at it.

    `took_right`: the right to sit was taken back for it, and is given again when it is won. Where that was spent, people look.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="disputes", verbose_name=_("order"))
    reference = models.CharField(_("the provider's number"), max_length=200, unique=True)
    amount = models.PositiveBigIntegerField(_("amount, in the smallest unit"))
    status = models.CharField(_("how it stands"), max_length=40)
    reason = models.CharField(_("the bank's reason"), max_length=80, blank=True)
    found_at = models.DateTimeField(_("found at"))
    changed_at = models.DateTimeField(_("changed at"))
    took_right = models.BooleanField(_("the right to sit was taken back"), default=False)
    seen_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    seen_by = models.CharField(_("looked at by"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-found_at", "-id"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")

    def __str__(self) -> str:
        return self.reference

    @property
    def outcome(self) -> DisputeOutcome:
        """What has come of it."""
        return outcome_of(self.status)


class ProviderEvent(models.Model):
    """A signed message of the provider, kept once by its number however often it was delivered; `told_at` is its own time."""

    event = models.CharField(_("the provider's event"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=80)
    order = models.ForeignKey(Order, models.CASCADE, related_name="events", null=True, blank=True, verbose_name=_("order"))
    told_at = models.DateTimeField(_("told at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        """In the provider's order."""

        ordering: ClassVar[list[str]] = ["told_at", "id"]
        verbose_name = _("message of the payment provider")
        verbose_name_plural = _("messages of the payment provider")

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"
