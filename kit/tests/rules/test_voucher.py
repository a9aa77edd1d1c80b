"""What a voucher takes off a price, and on which days (rule G7)."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.money import Money, OtherCurrency, after_discount
from guildmark.rules.voucher import VoucherKind, VoucherStands, VoucherTerms, VoucherValue, begins_at

TICK = timedelta(microseconds=1)
DAY = date(2030, 2, 28)
FULL = VoucherValue(VoucherKind.FULL)


@pytest.mark.parametrize(
    ("value", "price", "off"),
    [
        (FULL, 10_000, 10_000),
        (VoucherValue.share(100), 9_999, 9_999),
        (VoucherValue.share(50), 10_000, 5_000),
        (VoucherValue.share(50), 7_951, 3_976),
        (VoucherValue.share(1), 49, 0),
        (VoucherValue.share(1), 50, 1),
        (VoucherValue.share(99), 1, 1),
        (VoucherValue.of(Money(3_000, "USD")), 10_000, 3_000),
        (VoucherValue.of(Money(10_001, "USD")), 10_000, 10_000),
    ],
)
def test_g7_a_voucher_takes_off_all_a_share_rounded_half_up_or_an_amount(value: VoucherValue, price: int, off: int) -> None:
    assert value.discount(Money(price, "USD")) == Money(off, "USD")


@pytest.mark.parametrize(
    ("value", "off"),
    [
        (VoucherValue.share(67), 6_710),
        (VoucherValue.share(33), 3_310),
        (VoucherValue.of(Money(3_005, "KWD")), 3_010),
        (VoucherValue.of(Money(10_009, "KWD")), 10_010),
    ],
)
def test_p2_what_a_voucher_leaves_to_pay_can_be_paid_by_a_card(value: VoucherValue, off: int) -> None:
    assert value.discount(Money(10_010, "KWD")) == Money(off, "KWD")


def test_g7_an_amount_pays_a_price_of_its_own_currency_alone() -> None:
    amount = VoucherValue.of(Money(3_000, "USD"))
    assert [one.is_taken_in("EUR") for one in (amount, FULL, VoucherValue.share(5))] == [False, True, True]
    with pytest.raises(OtherCurrency):
        amount.discount(Money(10_000, "EUR"))


@pytest.mark.parametrize(
    ("kind", "percent", "amount", "currency"),
    [
        (VoucherKind.FULL, 1, 0, ""),
        (VoucherKind.FULL, 0, 1, "USD"),
        (VoucherKind.PERCENT, 0, 0, ""),
        (VoucherKind.PERCENT, 100, 0, ""),
        (VoucherKind.PERCENT, -1, 0, ""),
        (VoucherKind.PERCENT, 5, 5, "USD"),
        (VoucherKind.AMOUNT, 0, 0, "USD"),
        (VoucherKind.AMOUNT, 0, -5, "USD"),
        (VoucherKind.AMOUNT, 0, 5, ""),
        (VoucherKind.AMOUNT, 5, 5, "USD"),
    ],
)
def test_what_is_neither_all_nor_a_share_nor_an_amount_is_no_voucher(
    kind: VoucherKind, percent: int, amount: int, currency: str
) -> None:
    with pytest.raises(ValueError, match="1 to 99"):
        VoucherValue(kind, percent, amount, currency)


values = st.one_of(
    st.just(FULL),
    st.integers(1, 99).map(VoucherValue.share),
    st.integers(1, 10**9).map(lambda amount: VoucherValue.of(Money(amount, "USD"))),
)


@given(percent=st.integers(1, 99), price=st.integers(0, 10**9))
def test_p2_no_share_leaves_a_last_digit_that_no_card_pays(percent: int, price: int) -> None:
    costs = Money(price, "JOD")
    off = VoucherValue.share(percent).discount(costs)
    assert (costs.percent(percent).amount <= off.amount <= costs.amount, (costs - off).amount % 10) == (True, 0)


@given(value=values, price=st.integers(0, 10**9))
def test_g7_what_is_taken_off_and_what_is_left_make_the_price(value: VoucherValue, price: int) -> None:
    costs = Money(price, "USD")
    off = value.discount(costs)
    left = after_discount(costs, off)
    assert (off + left, off.amount >= 0, left.amount >= 0) == (costs, True, True)


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        (datetime(2030, 2, 27, 10, tzinfo=timezone.utc) - TICK, VoucherStands.EARLY),
        (datetime(2030, 2, 27, 10, tzinfo=timezone.utc), VoucherStands.OPEN),
        (datetime(2030, 3, 1, 12, tzinfo=timezone.utc) - TICK, VoucherStands.OPEN),
        (datetime(2030, 3, 1, 12, tzinfo=timezone.utc), VoucherStands.OVER),
    ],
    ids=["before it begins anywhere", "it begins", "the last moment", "over everywhere"],
)
def test_g7_a_voucher_is_taken_from_its_first_day_to_its_last_wherever_one_is(now: datetime, stands: VoucherStands) -> None:
    assert VoucherTerms(valid_from=DAY, valid_until=DAY).stands(now=now) is stands


def test_g7_one_that_was_stopped_is_stopped_whatever_day_it_is() -> None:
    stopped = VoucherTerms(DAY, DAY, stopped_at=begins_at(DAY))
    assert stopped.stands(now=datetime(2040, 1, 1, tzinfo=timezone.utc)) is VoucherStands.STOPPED
    assert VoucherTerms().stands(now=begins_at(DAY)) is VoucherStands.OPEN


def test_g7_a_voucher_from_the_first_day_of_the_calendar_on_is_taken_at_any_time():
    now = datetime(2026, 1, 15, tzinfo=timezone.utc)
    assert VoucherTerms(valid_from=date.min, valid_until=date.max).stands(now=now) is VoucherStands.OPEN
