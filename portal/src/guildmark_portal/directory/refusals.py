"""What is refused in the network, each with the next step.

guildmark.errors.Refused
├── NothingToList       somebody without a certificate that counts
├── SlugRefused         an address of a profile that somebody cannot have
│   ├── SlugTaken       it is, or was, another person's
│   ├── SlugReserved    it would pass for one of the portal's own
│   └── TooManySlugs    they chose as many within a year as can be chosen
├── NotListed           a holder who is not, or no longer, in the network
├── OwnListing          a message to oneself
├── AddressUnproved     a message of somebody whose address was never confirmed
├── TakesNoMessages     a holder who takes none, or none of this person
├── WroteAlready        a second message to the same holder within days
├── WroteTooMuch        more messages than somebody may send in a day
├── BoxFull             more messages than a holder is sent in a day
└── WasReported         somebody whose messages were reported
"""

from datetime import datetime
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.translation import ngettext

from guildmark.errors import Refused
from guildmark.i18n import mark


class NothingToList(Refused):
    """You hold no certificate that can be listed."""

    default_next_step: ClassVar[str] = mark("Come back when you have earned one: demonstrations and mock exams do not count.")


class SlugRefused(Refused):
    """This address cannot be yours."""

    default_next_step: ClassVar[str] = mark("Choose another one, or leave the field empty.")


class SlugTaken(SlugRefused):
    """This address cannot be yours."""


class SlugReserved(SlugRefused):
    """This address could be taken for one of ours."""


class TooManySlugs(SlugRefused):
    """You have chosen as many addresses within a year as can be chosen."""

    default_next_step: ClassVar[str] = mark("Keep the one that you have, or go back to a former one of yours.")

    @classmethod
    def until(cls, day: datetime, *, most: int) -> "TooManySlugs":
        """With the day from which another one can be chosen."""
        said = ngettext(
            "You have chosen %(count)d address within a year, and cannot choose another one before %(day)s.",
            "You have chosen %(count)d addresses within a year, and cannot choose another one before %(day)s.",
            most,
        )
        return cls(said % {"count": most, "day": date_format(day)})


class NotListed(Refused):
    """This holder is not in the network any more."""

    default_next_step: ClassVar[str] = mark("Search the network for somebody else.")


class OwnListing(Refused):
    """This is your own profile."""

    default_next_step: ClassVar[str] = mark("Messages of others arrive at your account's address.")


class AddressUnproved(Refused):
    """Your e-mail address is not confirmed."""

    default_next_step: ClassVar[str] = mark("Confirm it on your account's page, then send the message.")


class TakesNoMessages(Refused):
    """This holder takes no messages."""

    default_next_step: ClassVar[str] = mark("Use a link on their profile, if there is one.")


class WroteAlready(Refused):
    """You wrote to this holder a short time ago."""

    default_next_step: ClassVar[str] = mark("Wait for their answer; you can write again after a week.")


class WroteTooMuch(Refused):
    """You have sent as many messages as can be sent in a day."""

    default_next_step: ClassVar[str] = mark("Write again tomorrow.")


class BoxFull(Refused):
    """This holder was sent as many messages today as we pass on in a day."""

    default_next_step: ClassVar[str] = mark("Write again tomorrow.")


class WasReported(Refused):
    """Messages of yours were reported, and no more are passed on."""

    default_next_step: ClassVar[str] = mark("If this is a mistake, write to the support contact.")
