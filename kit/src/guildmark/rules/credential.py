"""How long a certificate is valid."""

import calendar
from datetime import date


def months_after(start: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it is shorter (31 August + 6 = 28 February)."""
    years, month0 = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month0 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
