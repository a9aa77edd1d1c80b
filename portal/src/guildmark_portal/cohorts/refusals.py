"""What is refused about cohorts, each with the next step.

guildmark.errors.Refused
├── CohortRefused          a cohort, or a block of seats, that cannot be made like that
├── UnknownCohort          no cohort has this number
├── RosterRefused          a file with problems; each is told with its line
├── InvitationRefused      an invitation that cannot be accepted
│   ├── NoSuchInvitation   no invitation has this link
│   ├── InvitationWithdrawn    it was withdrawn, or a newer one was sent
│   ├── InvitationTaken    another account accepted it
│   ├── OtherAddress       the account has not proved the address that was invited
│   ├── SeatedAlready      the account has a seat in this cohort
│   ├── NoSeatLeft         every seat is taken
│   └── CohortOver         its window is closed, or it was ended
├── SeatBegun              a seat cannot be taken back once its exam has begun
├── SeatEarly              a seat cannot be begun yet
└── SeatOver               a seat cannot be begun any more
"""

from datetime import datetime
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark


def said(instant: datetime) -> str:
    """An instant in a sentence, with its zone, which is UTC: pages show it in the reader's own beside."""
    return date_format(localtime(instant), "DATETIME_FORMAT")


class CohortRefused(Refused):
    """This cohort cannot be made like that."""

    default_next_step: ClassVar[str] = mark("Correct what is named, and do it again.")


class UnknownCohort(Refused):
    """There is no such cohort."""

    default_next_step: ClassVar[str] = mark("Run: guildmark-portal cohorts list")


class RosterRefused(Refused):
    """Nothing of this file was imported."""

    default_next_step: ClassVar[str] = mark("Mend every line that is named, and import the file again.")


class InvitationRefused(Refused):
    """This invitation cannot be accepted."""

    default_next_step: ClassVar[str] = mark("Ask whoever invited you.")


class NoSuchInvitation(InvitationRefused):
    """There is no invitation with this link."""

    default_next_step: ClassVar[str] = mark("Open the link of the newest letter, whole, or ask whoever invited you.")


class InvitationWithdrawn(InvitationRefused):
    """This invitation was withdrawn, or a newer one was sent in its place."""

    default_next_step: ClassVar[str] = mark("Open the link of the newest letter, or ask whoever invited you.")


class InvitationTaken(InvitationRefused):
    """Another account has accepted this invitation: it is for one."""

    default_next_step: ClassVar[str] = mark("Sign in to that account, or ask whoever invited you.")


class OtherAddress(InvitationRefused):
    """This invitation was sent to an address that your account has not proved."""

    default_next_step: ClassVar[str] = mark("Confirm that you accept it with this account, or sign in to the other one.")


class SeatedAlready(InvitationRefused):
    """Your account has a seat in this cohort already."""

    default_next_step: ClassVar[str] = mark("See /exam/: your seat stands there. This invitation is for somebody else.")


class NoSeatLeft(InvitationRefused):
    """Every seat of this cohort is taken."""

    default_next_step: ClassVar[str] = mark("Tell whoever invited you: once there are more seats, the same link works.")


class CohortOver(InvitationRefused):
    """This cohort takes nobody any more."""

    default_next_step: ClassVar[str] = mark("Ask whoever invited you for another date.")


class SeatBegun(Refused):
    """The exam of this seat has begun, so it cannot be taken back."""

    default_next_step: ClassVar[str] = mark("Leave it as it is; whatever comes of the exam counts.")


class SeatEarly(Refused):
    """Your exam cannot be begun yet."""

    def __init__(self, starts_at: datetime, ahead: str) -> None:
        super().__init__(
            _("Your exam can be begun from {instant} on: in {ahead}.").format(instant=said(starts_at), ahead=ahead),
            next_step=_("Rehearse and bring the sealed exam until then; the clock has not started."),
        )


class SeatOver(Refused):
    """Your exam cannot be begun any more."""

    def __init__(self, closes_at: datetime, whom: str) -> None:
        super().__init__(
            _("Your cohort could begin until {instant}. The clock has not started.").format(instant=said(closes_at)),
            next_step=_("Write to {contact} for another date.").format(contact=whom),
        )
