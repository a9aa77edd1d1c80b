"""What is refused about orders, each with the next step.

guildmark.errors.Refused
├── NothingSold         the portal takes no money, or the program costs nothing
├── AlreadyEntitled     the buyer has a right to sit that nobody took yet
├── PaymentUnavailable  the provider does not answer, or refuses what was asked
├── OrderPaid           an order that is paid, or being paid, cannot be given up
├── OrderOver           an order that was given up cannot be paid
├── NotReturnable       there is nothing to pay back: not paid, paid back, or with a bank
└── OwnOrder            staff that acts on their own order
"""

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


class NotReturnable(Refused):
    """There is nothing to pay back."""

    default_next_step = mark("Look at what the order's page says of it.")


class OwnOrder(Refused):
    """This order is your own."""

    default_next_step = mark("Ask somebody else of the staff.")
