"""Amounts of money: whole numbers of a currency's smallest unit, which no rounding can lose a part of (rule P2).

How many digits a currency's smaller unit has is in ISO 4217; a currency that is not in the table has two. The name of the
unit stands with every amount, so that no two of different currencies are ever added or compared. What a card can pay is coarser
in some currencies (`payable`).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_NO_DIGITS: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DIGITS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_TWO: Final = 2
_BY_TENS: Final = 10
_BY_HUNDREDS: Final = 100
_PERCENT: Final = 100


class OtherCurrency(ValueError):
    """Two amounts of different currencies were held against each other."""


class NoAmount(ValueError):
    """An amount that the currency cannot show, such as half a yen."""


def digits(currency: str) -> int:
    """How many digits stand behind the point: USD 2, JPY 0, KWD 3."""
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else _TWO


def _step(currency: str) -> int:
    """What cards pay in: whole tens of a thousandth, and no part of an ariary, whose unit on paper is a fifth of one."""
    if currency in _THREE_DIGITS:
        return _BY_TENS
    return _BY_HUNDREDS if currency == "MGA" else 1


@dataclass(frozen=True)
class Money:
    """`amount` of the smallest unit of `currency`, three capital letters. It may be negative: what is owed."""

    amount: int
    currency: str

    @classmethod
    def of(cls, written: Decimal, currency: str) -> "Money":
        """What a person wrote: 79.50 USD are 7950. Raises `NoAmount` for more digits than the currency has."""
        units = written.scaleb(digits(currency))
        if units != units.to_integral_value():
            raise NoAmount(f"{written} {currency}")
        return cls(int(units), currency)

    def __add__(self, other: "Money") -> "Money":
        self._require(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require(other)
        return Money(self.amount - other.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._require(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._require(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def _require(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise OtherCurrency(f"{self.currency}, {other.currency}")

    def percent(self, percent: int) -> "Money":
        """So many hundredths of it, half a unit rounded up: a discount rounds to the buyer's favour."""
        return Money((2 * self.amount * percent + _PERCENT) // (2 * _PERCENT), self.currency)

    @property
    def payable(self) -> "Money":
        """The most that a card can pay of it: 6.707 KWD are 6.700. A price is rounded so to the buyer's favour."""
        return Money(self.amount - self.amount % _step(self.currency), self.currency)

    @property
    def rounded_up(self) -> "Money":
        """The least that a card can pay of this or more, as what goes back to a buyer is rounded."""
        return Money(self.amount + -self.amount % _step(self.currency), self.currency)

    @property
    def decimal(self) -> Decimal:
        """In the unit that people speak of: 7950 of USD are 79.50."""
        return Decimal(self.amount).scaleb(-digits(self.currency))

    def __str__(self) -> str:
        """`79.50 USD`; without decimals where there are none: `100 USD`."""
        amount = self.decimal
        whole = amount.to_integral_value()
        shown = whole if amount == whole else amount
        return f"{shown:f} {self.currency}"


def after_discount(price: Money, discount: Money) -> Money:
    """What is left to pay: never less than nothing."""
    left = price - discount
    return left if left.amount > 0 else Money(0, price.currency)
