"""Amounts of money: no rounding loses a unit, no two currencies meet (rule P2)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.money import Money, NoAmount, OtherCurrency, after_discount, digits

CURRENCIES = st.sampled_from(["USD", "JPY", "KRW", "KWD", "EUR"])
PRICES = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("written", "currency", "amount", "shown"),
    [
        ("100", "USD", 10000, "100 USD"),
        ("79.50", "EUR", 7950, "79.50 EUR"),
        ("12000", "JPY", 12000, "12000 JPY"),
        ("1.005", "KWD", 1005, "1.005 KWD"),
        ("0", "USD", 0, "0 USD"),
    ],
)
def test_p2_an_amount_is_a_whole_number_of_the_smallest_unit(written: str, currency: str, amount: int, shown: str) -> None:
    money = Money.of(Decimal(written), currency)
    assert (money, str(money)) == (Money(amount, currency), shown)


@pytest.mark.parametrize(("written", "currency"), [("0.5", "JPY"), ("0.001", "USD"), ("0.0001", "KWD")])
def test_p2_an_amount_that_the_currency_cannot_show_is_refused(written: str, currency: str) -> None:
    with pytest.raises(NoAmount):
        Money.of(Decimal(written), currency)


@pytest.mark.parametrize(("percent", "left"), [(0, 9999), (1, 9899), (50, 4999), (99, 100), (100, 0)])
def test_p2_a_discount_rounds_to_the_buyers_favour(percent: int, left: int) -> None:
    price = Money(9999, "USD")
    assert after_discount(price, price.percent(percent)) == Money(left, "USD")


def test_p2_half_a_unit_is_rounded_up() -> None:
    assert [Money(amount, "JPY").percent(50).amount for amount in (1, 2, 3)] == [1, 1, 2]


@given(price=PRICES, percent=st.integers(0, 100), currency=CURRENCIES)
def test_p2_discount_and_rest_are_the_price_again(price: int, percent: int, currency: str) -> None:
    whole = Money(price, currency)
    discount = whole.percent(percent)
    assert after_discount(whole, discount) + discount == whole
    assert abs(100 * discount.amount - price * percent) <= 50


@given(price=PRICES, currency=CURRENCIES)
def test_p2_an_amount_is_read_back_as_it_was_written(price: int, currency: str) -> None:
    money = Money(price, currency)
    number, _space, unit = str(money).partition(" ")
    assert (Money.of(Decimal(number), unit), Money.of(money.decimal, currency)) == (money, money)
    assert -money.decimal.as_tuple().exponent == digits(currency)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("amount", "currency", "down", "up"),
    [
        (6_707, "KWD", 6_700, 6_710),
        (6_710, "BHD", 6_710, 6_710),
        (10_050, "MGA", 10_000, 10_100),
        (9_999, "USD", 9_999, 9_999),
        (1, "JPY", 1, 1),
    ],
)
def test_p2_a_card_pays_whole_tens_of_a_thousandth_and_no_part_of_an_ariary(
    amount: int, currency: str, down: int, up: int
) -> None:
    money = Money(amount, currency)
    assert (money.payable, money.rounded_up) == (Money(down, currency), Money(up, currency))


def test_p2_two_currencies_never_meet() -> None:
    with pytest.raises(OtherCurrency):
        Money(1, "USD") + Money(1, "EUR")


def test_p2_a_discount_above_the_price_leaves_nothing_to_pay() -> None:
    assert after_discount(Money(5, "USD"), Money(9, "USD")) == Money(0, "USD")
