"""When an export is made."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Moment:
    """When an export is made; `today` is the day on which certificates are looked at."""

    now: datetime

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()
