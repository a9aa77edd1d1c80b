"""What is refused about stipends, each with the next step.

guildmark.errors.Refused
├── NoStipend           the program has none, or is free
├── AppliedBefore       an application too early after the last one
├── NothingSaid         an application, or a decision, without words
├── TooMuchSaid         more words than are taken
├── ApplicantGone       the account was deleted meanwhile
├── OwnApplication      staff would decide for themselves
├── DecidedBefore       an application that was decided already
├── CriteriaNotMet      a part of the fee for somebody who misses a criterion
└── NoSuchShare         more than all of the fee, or less than none
"""

from datetime import datetime
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark


class NoStipend(Refused):
    """There is no stipend for this exam."""

    default_next_step: ClassVar[str] = mark("See /stipend/: it says for which exams there are stipends.")


class AppliedBefore(Refused):
    """You have applied already."""

    def __init__(self, again: datetime) -> None:
        day = date_format(localtime(again), "DATETIME_FORMAT")
        super().__init__(
            _("You have applied for this exam as often as one may within 365 days."),
            next_step=_("You can apply again from {day} on.").format(day=day),
        )


class NothingSaid(Refused):
    """Nothing is written here yet."""

    default_next_step: ClassVar[str] = mark("Write a few sentences in each field, in your own words.")


class TooMuchSaid(Refused):
    """This is longer than can be kept."""

    def __init__(self, most: int) -> None:
        super().__init__(next_step=_("Shorten it to {most} characters.").format(most=most))


class ApplicantGone(Refused):
    """This account was deleted."""

    default_next_step: ClassVar[str] = mark("Nothing of it is kept, and nothing more can be sent from it.")


class OwnApplication(Refused):
    """This is your own application."""

    default_next_step: ClassVar[str] = mark("Ask somebody else of the staff to decide it.")


class DecidedBefore(Refused):
    """This application was decided already."""

    default_next_step: ClassVar[str] = mark("See what was decided; nothing more can be changed.")


class CriteriaNotMet(Refused):
    """A stipend is granted to those who meet every criterion."""

    default_next_step: ClassVar[str] = mark("Mark each criterion that is met, or grant nothing and say why.")


class NoSuchShare(Refused):
    """A stipend pays from 1 to 100 percent of the fee; 0 grants nothing."""

    default_next_step: ClassVar[str] = mark("Write a number from 0 to 100.")
