"""How long a certificate is valid, and what it says of its holder's identity."""

import calendar
from datetime import date
from enum import Enum


class IdentityLevel(str, Enum):
    """How a candidate's identity was checked: not at all, by a provider of such checks, or by reviewers of the issuer."""

    NONE = "none"
    PROVIDER = "provider"
    REVIEWED = "reviewed"


def stated_level(*, asked: IdentityLevel, reached: IdentityLevel) -> IdentityLevel:
    """What a certificate says: the check that was really done, and none where the program asks for none."""
    return IdentityLevel.NONE if asked is IdentityLevel.NONE else reached


def months_after(start: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it is shorter (31 August + 6 = 28 February)."""
    years, month0 = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month0 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
