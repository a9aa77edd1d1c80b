"""What is refused about cases, each with the next step.

guildmark.errors.Refused
├── NothingWritten      a case or an answer without words
├── TooMuchWritten      more words than are taken
├── TooManyOpen         somebody with as many open cases as one may have
├── TooMuchSaid         more words added to a case than are taken
├── AppealNamesNone     an appeal that is against no result
├── AppealWaits         a second appeal while the first one waits
├── NoResultYet         an appeal against an attempt that is not decided
├── AppealTooLate       an appeal after its last day
├── AccountGone         a case of somebody whose account was deleted meanwhile
├── TooManyPages        more evidence than a case takes
├── CaseOver            a case that was answered or withdrawn
├── OwnEntitlement      a right to sit that staff would grant to themselves, or take back from themselves
├── LastDayOver         a right to sit that would be over already
└── AnswerRefused       this person may not answer that, or not like that
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark


class NothingWritten(Refused):
    """Nothing is written here yet."""

    default_next_step: ClassVar[str] = mark("Write what this is about, in your own words.")


class TooMuchWritten(Refused):
    """This is longer than can be kept."""

    def __init__(self, most: int) -> None:
        super().__init__(next_step=_("Shorten it to {most} characters; send the rest as a picture or PDF.").format(most=most))


class TooManyOpen(Refused):
    """You have as many open cases as one person may have."""

    default_next_step = mark("Wait for an answer; one that you withdrew counts for 24 hours. Or add to a case that is open.")


class TooMuchSaid(Refused):
    """As much was added to this case as one case takes."""

    default_next_step = mark("Wait for the answer.")


class AppealNamesNone(Refused):
    """An appeal is against the result of an exam, and this one names none."""

    default_next_step = mark("Choose the exam under “What it is about”.")


class AppealWaits(Refused):
    """An appeal of yours against this result waits for its answer."""

    default_next_step = mark("Add what is new to that one.")

    def __init__(self, case_id: UUID) -> None:
        super().__init__()
        self.case_id = case_id


class NoResultYet(Refused):
    """This exam has no result yet, so there is nothing to appeal against."""

    default_next_step = mark("If something went wrong, report it as an incident instead.")


class AppealTooLate(Refused):
    """The time for an appeal against this result is over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            _("Appeals against this result were taken until {day}.").format(
                day=date_format(localtime(until), "DATETIME_FORMAT")
            ),
            next_step=_("If you learned of something new since then, report it as an incident."),
        )


class TooManyPages(Refused):
    """These are more pages than one case takes."""

    default_next_step = mark("Send only the pages that matter.")


class CaseOver(Refused):
    """This case was answered or withdrawn already."""

    default_next_step = mark("If something is still open, open another case.")


class AccountGone(Refused):
    """This account was deleted."""

    default_next_step = mark("Nothing of it is kept, and nothing more can be sent from it.")


class OwnEntitlement(Refused):
    """This right to sit would be your own."""

    default_next_step = mark("Ask somebody else of the staff.")


class LastDayOver(Refused):
    """This last day is over."""

    default_next_step = mark("Choose a day to come, or leave it empty.")


class AnswerRefused(Refused):
    """You cannot answer this case."""

    default_next_step = mark("Go back to the desk and take another one.")
