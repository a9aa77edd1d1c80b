"""Which days somebody may write down. What lies outside is a slip of the pen, and nothing is counted with it."""

from datetime import date, datetime, timezone
from typing import Final

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)


def is_in_reach(day: date) -> bool:
    """Whether `day`, or an instant's day in UTC, lies in the years 2000 to 2200."""
    if isinstance(day, datetime):
        try:
            day = day.astimezone(timezone.utc).date()
        except OverflowError:
            return False
    return FIRST_DAY <= day <= LAST_DAY
