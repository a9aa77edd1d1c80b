"""What a buyer gets back who wants the right to sit no more, before the exam is begun (rule G6).

A program settles steps, such as `14 days: 100%, 60 days: 50%`: all of it in the first 14 days after the payment, half of it
up to the 60th, and nothing later. Days are counted in UTC from that of the payment; the last one of a step is over when it is
over everywhere, as that of an entitlement is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

from guildmark.rules.entitlement import is_over
from guildmark.rules.money import Money

_WRITTEN = re.compile(r"([1-9][0-9]{0,3}) days?: ([1-9][0-9]?|100)%")


@dataclass(frozen=True)
class RefundStep:
    """For so many `days` after the payment, so many `percent` of what was paid go back."""

    days: int
    percent: int

    @classmethod
    def parse(cls, written: str) -> "RefundStep":
        """The step that `written` names. Raises `ValueError` for anything but days and a share from 1 to 100 percent."""
        found = _WRITTEN.fullmatch(" ".join(written.split()))
        if found is None:
            raise ValueError(f'"{written}" is no step of a refund; write it like "14 days: 100%"')
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.days} day{'' if self.days == 1 else 's'}: {self.percent}%"

    def last_day(self, paid_at: datetime) -> date:
        """The last day on which it holds for what was paid at `paid_at`."""
        return paid_at.astimezone(timezone.utc).date() + timedelta(days=self.days)


def goes_down(steps: Sequence[RefundStep]) -> bool:
    """Whether each step lasts longer than the one before, and gives less back."""
    return all(before.days < after.days and before.percent > after.percent for before, after in pairwise(steps))


def step_at(steps: Sequence[RefundStep], *, paid_at: datetime, now: datetime) -> RefundStep | None:
    """The step that holds at `now` for what was paid at `paid_at`; None where nothing goes back any more."""
    return next((step for step in steps if not is_over(step.last_day(paid_at), now=now)), None)


def money_back(paid: Money, *, percent: int, still_there: Money) -> Money:
    """What goes back of `paid` at so many percent, where `still_there` could: the rest went back before, or is with a bank.

    Half a unit is rounded up, to the buyer's favour, and then so that a card can take it. What went back before counts towards
    the share. Raises `OtherCurrency`.
    """
    left = paid.percent(percent) - (paid - still_there)
    return min(left.rounded_up, still_there) if left.amount > 0 else Money(0, paid.currency)


def parse_steps(written: str) -> tuple[RefundStep, ...]:
    """Steps as `written_steps` wrote them; none for nothing. Raises `ValueError`."""
    return tuple(RefundStep.parse(part) for part in written.split(",") if part.strip())


def written_steps(steps: Sequence[RefundStep]) -> str:
    """`14 days: 100%, 60 days: 50%`."""
    return ", ".join(map(str, steps))
