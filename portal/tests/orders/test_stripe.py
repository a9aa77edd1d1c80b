"""What Stripe says is read by its own rules: units of its currencies, when a message was signed, where addresses lead."""

from datetime import timedelta

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.exams.paid_exam import settled
from portal.tests.orders.checkout import Checkout, signature
from portal.tests.orders.conftest import Deliver, ordered, post, sent_to_pay
from portal.tests.vouchers.conftest import Made, code, made

from guildmark.rules.money import Money
from guildmark.rules.order import OrderStanding
from guildmark.rules.voucher import VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.orders import stripe, withdrawing
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.provider import Refusal

__all__ = ["made"]
pytestmark = [pytest.mark.django_db, pytest.mark.money]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Money(10_000, "USD"), 10_000),
        (Money(10_000, "JPY"), 10_000),
        (Money(1_000_000, "MGA"), 10_000),
        (Money(10_000, "ISK"), 1_000_000),
        (Money(10_000, "UGX"), 1_000_000),
        (Money(10_000, "HUF"), 10_000),
        (Money(10_010, "KWD"), 10_010),
    ],
)
def test_p2_an_amount_is_told_in_the_unit_that_stripe_counts_in_and_read_back(ours: Money, theirs: int) -> None:
    assert (stripe._theirs(ours), stripe._ours(theirs, ours.currency)) == (theirs, ours)


def test_p2_a_part_of_their_unit_is_never_asked_for() -> None:
    with pytest.raises(Refusal):
        stripe._theirs(Money(10_050, "MGA"))


def test_p2_a_fee_in_ariary_is_charged_and_comes_back_once_and_not_a_hundred_times(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, settled("fee=200000", "currency=MGA"))
    reference = sent_to_pay(order)
    payment = checkout.pays(reference)
    deliver()
    order.refresh_from_db()
    assert (checkout.intents[payment]["amount"], str(order.money(order.paid))) == (200_000, "200000 MGA")
    withdrawing.withdraw(order=order, user=candidate, now=clock.now())
    deliver()
    assert (Order.objects.get().standing, checkout.left_of(payment)) == (OrderStanding.REFUNDED, 0)


@pytest.mark.parametrize(("fee", "percent", "due"), [("10.010", 33, 6_700), ("10.015", 50, 5_000), ("10.015", 0, 10_010)])
def test_p2_what_is_due_in_three_digits_ends_in_naught_to_the_buyers_favour(
    live: Program, checkout: Checkout, candidate: User, made: Made, fee: str, percent: int, due: int
) -> None:
    program = settled(f"fee={fee}", "currency=KWD")
    brought = {"code": code(made(value=VoucherValue.share(percent)))} if percent else {}
    order = ordered(candidate, program, **brought)
    assert (order.due.amount, checkout.sessions[sent_to_pay(order)]["amount_subtotal"]) == (due, due)


@pytest.mark.parametrize("before", ["x=1, t={now},", "t={now},", " t={now},", "x=1, t={now}, "])
def test_an_old_message_is_not_taken_for_a_new_one_by_a_second_instant(
    live: Program, checkout: Checkout, candidate: User, stopped_clock: StoppedClock, before: str
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    (body,) = checkout.outbox
    signed = signature(body, at=clock.now().timestamp())
    stopped_clock.at += timedelta(days=20)
    told = before.format(now=int(clock.now().timestamp()))
    assert [post(body, signed=f"{told}{signed}").status_code, post(body, signed=f"{signed},{told}").status_code] == [400, 400]
    assert post(body).status_code == 200


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("javascript:alert(document.domain)", ""),
        ("data:text/html,x", ""),
        ("http://example.org/receipt", ""),
        ("https://[", ""),
        (None, ""),
        ("https://pay.stripe.com/receipts/1", "https://pay.stripe.com/receipts/1"),
    ],
)
def test_a_receipt_leads_to_the_web_or_nowhere(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, told: str | None, kept: str
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    checkout.intents[payment]["latest_charge"]["receipt_url"] = told
    deliver()
    order.refresh_from_db()
    assert (order.standing, order.receipt) == (OrderStanding.PAID, kept)
