"""How long somebody waits before the next attempt, counted from the newest failure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guildmark.rules.validity import months_after

_MONTHS_OF_A_YEAR = 12
_WRITTEN = re.compile(r"([1-9][0-9]{0,2}) (day|month|year)s?")


@dataclass(frozen=True)
class Wait:
    """A length of time as people say it: `14 days`, `2 months`, `1 year`. `unit` is `day`, `month` or `year`."""

    count: int
    unit: str

    @classmethod
    def parse(cls, written: str) -> "Wait":
        """The wait that `written` names. Raises `ValueError` for anything but a number and a unit."""
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError(f'"{written}" is no length of time; write it like "14 days", "2 months" or "1 year"')
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, start: datetime) -> datetime:
        """The instant that lies this long after `start`, at the same time of the day."""
        if self.unit == "day":
            return start + timedelta(days=self.count)
        months = self.count * (_MONTHS_OF_A_YEAR if self.unit == "year" else 1)
        day = months_after(start.date(), months)
        return start.replace(year=day.year, month=day.month, day=day.day)


def wait_after(failures: int, waits: Sequence[Wait]) -> Wait | None:
    """The wait after so many failed attempts: the last one holds for every later failure. None where nobody has to wait."""
    return waits[min(failures, len(waits)) - 1] if failures > 0 and waits else None


def retake_from(failed_at: Sequence[datetime], waits: Sequence[Wait]) -> datetime | None:
    """The first instant at which another attempt may be opened after failures at `failed_at`; None if at any time."""
    wait = wait_after(len(failed_at), waits)
    return None if wait is None else wait.after(max(failed_at))
