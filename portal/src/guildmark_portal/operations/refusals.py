"""What is refused about cases, each with the next step.

guildmark.errors.Refused
├── NothingWritten      a case or an answer without words
├── TooMuchWritten      more words than are taken
├── TooManyOpen         somebody with as many open cases as one may have
├── NoResultYet         an appeal against an attempt that is not decided
├── AppealTooLate       an appeal after its last day
├── TooManyPages        more evidence than a case takes
├── CaseOver            a case that was answered or withdrawn
└── AnswerRefused       this person may not answer that, or not like that
"""

from datetime import datetime
from typing import ClassVar

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

    default_next_step = mark("Wait for an answer, or withdraw one that is settled.")


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


class AnswerRefused(Refused):
    """You cannot answer this case."""

    default_next_step = mark("Go back to the desk and take another one.")
