"""What a voucher takes off a price, and on which days (rule G7).

A share of a price is rounded half up, to the buyer's favour, and what is left so that a card can pay it. A day begins when it
begins somewhere on Earth, and is over when it is over everywhere, as that of an entitlement is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from typing import Final

from guildmark.rules.entitlement import is_over
from guildmark.rules.money import Money

ALL: Final = 100
"""Percent."""
_EASTERNMOST: Final = timezone(timedelta(hours=14))


class VoucherKind(str, Enum):
    """What a voucher pays: the whole price, a share of it, or an amount."""

    FULL = "full"
    PERCENT = "percent"
    AMOUNT = "amount"


class VoucherStands(str, Enum):
    """Whether a voucher can be used, by its own terms; slots are counted elsewhere."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    STOPPED = "stopped"


@dataclass(frozen=True)
class VoucherValue:
    """What it pays, by its kind: all, `percent` from 1 to 99, or an `amount` of `currency`. Anything else is a `ValueError`."""

    kind: VoucherKind
    percent: int = 0
    amount: int = 0
    currency: str = ""

    def __post_init__(self) -> None:
        of_a_share, of_an_amount = self.kind is VoucherKind.PERCENT, self.kind is VoucherKind.AMOUNT
        holds = (self.percent != 0, self.amount != 0, bool(self.currency))
        if holds != (of_a_share, of_an_amount, of_an_amount) or not 0 <= self.percent < ALL or self.amount < 0:
            raise ValueError("A voucher is full, or has a share from 1 to 99 percent, or an amount with its currency.")

    @classmethod
    def share(cls, percent: int) -> "VoucherValue":
        """A share of the price, from 1 to 100 percent."""
        return cls(VoucherKind.FULL) if percent == ALL else cls(VoucherKind.PERCENT, percent=percent)

    @classmethod
    def of(cls, amount: Money) -> "VoucherValue":
        """An amount of money."""
        return cls(VoucherKind.AMOUNT, amount=amount.amount, currency=amount.currency)

    @property
    def money(self) -> Money:
        """The amount of one that pays an amount."""
        return Money(self.amount, self.currency)

    def is_taken_in(self, currency: str) -> bool:
        """Whether it pays a price in that currency: an amount is one of its own currency alone."""
        return self.kind is not VoucherKind.AMOUNT or self.currency == currency

    def discount(self, price: Money) -> Money:
        """What it takes off, never more than all of the price; a card can pay the rest. Raises `OtherCurrency`."""
        if self.kind is VoucherKind.FULL:
            return price
        off = price.percent(self.percent) if self.kind is VoucherKind.PERCENT else min(self.money, price)
        return price - (price - off).payable


@dataclass(frozen=True)
class VoucherTerms:
    """The first and the last day on which it is taken, None for no bound, and when it was stopped."""

    valid_from: date | None = None
    valid_until: date | None = None
    stopped_at: datetime | None = None

    def stands(self, *, now: datetime) -> VoucherStands:
        """Whether it is taken at `now`."""
        if self.stopped_at is not None:
            return VoucherStands.STOPPED
        if is_over(self.valid_until, now=now):
            return VoucherStands.OVER
        early = self.valid_from is not None and now < begins_at(self.valid_from)
        return VoucherStands.EARLY if early else VoucherStands.OPEN


def begins_at(day: date) -> datetime:
    """The first instant that lies in the day somewhere on Earth: 10:00 UTC of the day before; no earlier than the first one."""
    try:
        return datetime.combine(day, time(), tzinfo=_EASTERNMOST).astimezone(timezone.utc)
    except OverflowError:  # the calendar begins there
        return datetime.min.replace(tzinfo=timezone.utc)
