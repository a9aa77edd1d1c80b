"""What is refused about orders, each with the next step.

guildmark.errors.Refused
├── NothingSold         the portal takes no money, or the program costs nothing
├── AlreadyEntitled     the buyer has a right to sit that nobody took yet
├── PaymentUnavailable  the provider does not answer, or refuses what was asked
├── OrderPaid           an order that is paid, or being paid, cannot be given up
├── OrderOver           an order that was given up cannot be paid
├── RestTooSmall        what a voucher leaves is less than the provider takes
├── NothingComesBack    no money comes back for this order by itself: the terms of the order, or their time
├── RightGivenOn        the right that was bought belongs to somebody else by now
├── RightNoMore         the right that was bought is over, or was taken back
├── ExamBegun           the clock of the exam has started: there is no refund from then on
├── NotReturnable       there is nothing to pay back: not paid, paid back, or with a bank
└── OwnOrder            staff that acts on their own order
"""

from typing import ClassVar

from guildmark.errors import Refused
from guildmark.i18n import mark


class NothingSold(Refused):
    """This exam is not to be bought here."""

    default_next_step = mark("Write to the organisation: they tell you how to get the right to sit it.")


class AlreadyEntitled(Refused):
    """You have the right to sit this exam already."""

    default_next_step = mark("Register for it; buy again once you have begun.")


class PaymentUnavailable(Refused):
    """The payment provider does not answer. Nothing was paid."""

    default_next_step = mark("Try again in a few minutes.")


class OrderPaid(Refused):
    """This order is paid, or its payment is under way."""

    default_next_step = mark("Wait for the outcome on the order's page.")


class OrderOver(Refused):
    """This order was given up."""

    default_next_step = mark("Order again.")


class RestTooSmall(Refused):
    """What is left to pay is less than the payment provider takes. Nothing was paid."""

    default_next_step = mark("Write to the organisation: they tell you how to get the right to sit it.")


class NothingComesBack(Refused):
    """No money comes back for this order any more."""

    default_next_step: ClassVar[str] = mark("If there is a reason that we should know, write to us: see /help/.")


class RightGivenOn(NothingComesBack):
    """You gave the right to sit to somebody else, so no money comes back for it."""

    default_next_step: ClassVar[str] = mark("If that was a mistake, write to us: see /help/.")


class RightNoMore(NothingComesBack):
    """The right to sit that you bought is over, or was taken back, so no money comes back for it by itself."""

    default_next_step: ClassVar[str] = mark("Look at what the order's page says of it, or write to us: see /help/.")


class ExamBegun(NothingComesBack):
    """The clock of the exam has started: from then on no money comes back."""

    default_next_step: ClassVar[str] = mark("Go on with the exam. If something of ours failed in it, report it at /help/.")


class NotReturnable(Refused):
    """There is nothing to pay back."""

    default_next_step = mark("Look at what the order's page says of it.")


class OwnOrder(Refused):
    """This order is your own."""

    default_next_step = mark("Ask somebody else of the staff.")
