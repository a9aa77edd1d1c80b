"""What is refused about giving a right to sit on, each with the next step.

guildmark.errors.Refused
├── NotGivenOn        the policy, or how the right was granted, keeps it with its holder
├── NothingToGive     the right was used, taken back, or is over
├── GivenToOneself    the address is the giver's own
├── AlreadyOffered    the right waits for somebody else's answer
└── OfferOver         the offer was answered, withdrawn, or is over
"""

from guildmark.errors import Refused
from guildmark.i18n import mark


class NotGivenOn(Refused):
    """This right to sit cannot be given to somebody else."""

    default_next_step = mark("Sit the exam yourself, or write to us at /help/.")


class NothingToGive(Refused):
    """This right to sit was used, was taken back, or is over: there is nothing to give."""

    default_next_step = mark("See at /exam/ what you may sit.")


class GivenToOneself(Refused):
    """This address is your own."""

    default_next_step = mark("Write the address of the person who is to sit the exam.")


class AlreadyOffered(Refused):
    """You have offered this right to somebody else, who has not answered yet."""

    default_next_step = mark("Withdraw that offer first: see /transfers/.")


class OfferOver(Refused):
    """This offer was answered or withdrawn, or it is over."""

    default_next_step = mark("Ask whoever made it whether they offer it again.")
