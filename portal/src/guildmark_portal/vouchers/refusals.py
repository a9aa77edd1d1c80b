"""What is refused about vouchers, each with the next step.

guildmark.errors.Refused
├── VoucherRefused        a code that is not taken
│   ├── NoSuchVoucher     no voucher has this code
│   ├── VoucherUsedUp     every slot is taken
│   ├── VoucherUsedByYou  the same person took a slot of it before
│   ├── VoucherEarly      its first day has not begun
│   ├── VoucherOver       its last day is over
│   ├── VoucherStopped    the batch was stopped
│   ├── VoucherOfAnother  it is for another account
│   ├── OtherProgram      it pays another exam
│   ├── OtherPrice        it pays in another currency
│   ├── NothingToPay      the exam is free
│   └── ProgramClosed     the exam takes no new attempts
├── PaysAPart             a voucher that leaves something to pay, redeemed as if it did not
└── BatchRefused          vouchers cannot be made like that
"""

from datetime import date
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark


class VoucherRefused(Refused):
    """This voucher is not taken."""

    default_next_step: ClassVar[str] = mark("Ask whoever gave it to you.")


class NoSuchVoucher(VoucherRefused):
    """There is no voucher with this code."""

    default_next_step: ClassVar[str] = mark(
        "Compare it with the voucher, character by character, or ask whoever gave it to you."
    )


class MistypedVoucher(NoSuchVoucher):
    """A character of this code is mistyped: its last two check all the others, and they do not fit."""

    default_next_step: ClassVar[str] = mark("Compare it with the voucher: eighteen letters and digits, in three groups of six.")


class VoucherUsedUp(VoucherRefused):
    """This voucher is used up."""

    default_next_step: ClassVar[str] = mark("Ask whoever gave it to you for another one.")


class VoucherUsedByYou(VoucherRefused):
    """You have used this voucher already, and each person uses it once."""

    default_next_step: ClassVar[str] = mark("See at /exam/ what you may sit; for another attempt, ask for another voucher.")


class VoucherInAnOrder(VoucherUsedByYou):
    """This voucher is part of an order of yours that is not paid yet."""

    default_next_step: ClassVar[str] = mark("Pay that order, or give it up: then you can use the voucher again.")


class VoucherEarly(VoucherRefused):
    """This voucher cannot be used yet."""

    def __init__(self, first: date) -> None:
        day = date_format(first, "DATE_FORMAT")
        super().__init__(_("This voucher can be used from {day} on.").format(day=day), next_step=_("Come back on that day."))


class VoucherOver(VoucherRefused):
    """This voucher is over."""

    default_next_step: ClassVar[str] = mark("Ask whoever gave it to you for another one.")

    def __init__(self, last: date) -> None:
        day = date_format(last, "DATE_FORMAT")
        super().__init__(_("This voucher could be used until {day}.").format(day=day))


class VoucherStopped(VoucherRefused):
    """This voucher was stopped by whoever runs this portal."""

    default_next_step: ClassVar[str] = mark("Ask whoever gave it to you for another one.")


class VoucherOfAnother(VoucherRefused):
    """This voucher is for another account."""

    default_next_step: ClassVar[str] = mark("Sign in to the account that it was sent to.")


class OtherProgram(VoucherRefused):
    """This voucher pays another exam."""

    def __init__(self, title: str) -> None:
        super().__init__(
            _("This voucher pays another exam: {exam}.").format(exam=title),
            next_step=_("Use it when you register for that one."),
        )


class OtherPrice(VoucherRefused):
    """This voucher pays in another currency."""

    def __init__(self, pays: str, costs: str) -> None:
        super().__init__(
            _("This voucher pays in {pays}, and the exam costs {costs}.").format(pays=pays, costs=costs),
            next_step=_("Use it for an exam in that currency, or ask whoever gave it to you for another one."),
        )


class NothingToPay(VoucherRefused):
    """This exam is free, so it needs no voucher."""

    default_next_step: ClassVar[str] = mark("Register for it at /exam/, and keep the voucher.")


class ProgramClosed(VoucherRefused):
    """This exam takes no new attempts, so the voucher was not used."""

    default_next_step: ClassVar[str] = mark("Keep the voucher, and ask whoever gave it to you.")


class PaysAPart(Refused):
    """This voucher pays a part of the fee, and the rest is still to be paid."""

    default_next_step: ClassVar[str] = mark("Go on to the payment: it takes the voucher into account.")


class BatchRefused(Refused):
    """Vouchers cannot be made like that."""

    default_next_step: ClassVar[str] = mark("Correct what is named, and make them again.")
