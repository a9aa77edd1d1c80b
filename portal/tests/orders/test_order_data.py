"""Vouchers in orders, accounts that are deleted, and how payments are set up (rules G6, G7, P2)."""

import pytest
from portal.tests.exams.conftest import WorkOff
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay
from portal.tests.vouchers.conftest import HALF, Made, code, made

from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders import opening
from guildmark_portal.orders.models import CheckoutSession, Order
from guildmark_portal.orders.personal_data import export
from guildmark_portal.payments_config import Payments, PaymentsUnfit, parse
from guildmark_portal.vouchers.models import Use

__all__ = ["made"]
pytestmark = [pytest.mark.django_db, pytest.mark.money]


def test_g7_a_partial_voucher_is_held_with_the_order_and_used_up_when_the_rest_is_paid(
    live: Program, checkout: Checkout, made: Made, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live, code=code(made(value=HALF)))
    assert (order.discount, str(order.due), Use.objects.get().consumed_at) == (5000, "50 USD", None)
    reference = sent_to_pay(order)
    checkout.pays(reference)
    deliver()
    assert checkout.sessions[reference]["amount_total"] == 5000
    assert (Use.objects.get().consumed_at, Entitlement.objects.count()) == (clock.now(), 1)


def test_g7_a_voucher_is_free_again_when_its_order_is_given_up(
    live: Program, checkout: Checkout, made: Made, candidate: User, stranger: User
) -> None:
    typed = code(made(value=HALF))
    opening.give_up(order=ordered(candidate, live, code=typed), actor=candidate, now=clock.now())
    assert (Use.objects.count(), ordered(stranger, live, code=typed).discount) == (0, 5000)


def test_g7_an_order_of_nothing_is_no_payment(live: Program, checkout: Checkout, made: Made, candidate: User) -> None:
    order = ordered(candidate, live, code=code(made()))
    assert (order.standing.value, order.paid, checkout.sessions) == ("paid", 0, {})
    assert Entitlement.objects.filter(user=candidate).count() == 1


def test_what_was_paid_stays_for_the_books_without_saying_by_whom(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    deliver()
    (told,) = export(candidate)
    assert (told["paid"], told["currency"]) == (10000, "USD")  # type: ignore[call-overload]
    deletion.delete(user=candidate)
    order = Order.objects.get()
    assert (order.user, order.paid, order.receipt, CheckoutSession.objects.get().email) == (None, 10000, "", "")


def test_the_page_of_payment_of_a_deleted_account_is_closed(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff
) -> None:
    reference = sent_to_pay(ordered(candidate, live))
    deletion.delete(user=candidate)
    work_off()
    assert (checkout.sessions[reference]["status"], Order.objects.get().given_up) == ("expired", "deleted")


def test_what_is_paid_after_the_account_is_gone_goes_back(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff
) -> None:
    reference = sent_to_pay(ordered(candidate, live))
    deletion.delete(user=candidate)
    payment = checkout.pays(reference)
    work_off()
    assert (checkout.left_of(payment), Order.objects.get().standing.value) == (0, "refunded")


def test_an_account_with_a_payment_under_way_is_not_deleted(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)), later=True)
    deliver()
    with pytest.raises(deletion.CannotBeDeleted):
        deletion.delete(user=candidate)


@pytest.mark.parametrize(
    "document",
    [
        {"mode": "cash"},
        {"mode": "offline"},
        {"other": "x"},
        {"invoices": "yes"},
        {"url": "http://example.org"},
        {"url": "https://user@example.org"},
        {"pages": "https://example.org/pay"},
        {"offline": "x" * 2001},
        [],
    ],
)
def test_payments_that_cannot_be_used_are_refused(document: object) -> None:
    with pytest.raises(PaymentsUnfit):
        parse(document)


def test_payments_are_read_as_they_are_written() -> None:
    assert parse({}) == Payments()
    assert parse({"mode": "stripe", "invoices": True}) == Payments(mode="stripe", invoices=True)
