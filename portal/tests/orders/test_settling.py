"""An order is paid once, whatever is pressed twice, comes late, comes twice or never (rule G6)."""

from datetime import date, timedelta

import pytest
from django.core import mail as outbox
from portal.tests.at_once import in_threads
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import settled
from portal.tests.orders.checkout import Checkout, signature
from portal.tests.orders.conftest import Deliver, ordered, post, sent_to_pay

from guildmark.rules.order import OrderStanding
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.jobs.models import Job
from guildmark_portal.orders import opening, provider, settling, sweeping
from guildmark_portal.orders.models import CheckoutSession, Order, ProviderEvent
from guildmark_portal.orders.refusals import AlreadyEntitled, NothingSold, OrderOver, OrderPaid, PaymentUnavailable

pytestmark = [pytest.mark.django_db, pytest.mark.money]


def standing(order: Order) -> OrderStanding:
    return Order.objects.get(pk=order.pk).standing


def test_g6_what_is_paid_grants_one_right_and_its_buyer_has_a_receipt(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    assert deliver() == [200]
    order.refresh_from_db()
    right = Entitlement.objects.get(user=candidate)
    assert (right.once, right.source, right.valid_until) == (order.once, "payment", date(2030, 7, 15))
    assert (order.standing, order.paid, order.payment) == (OrderStanding.PAID, 10000, payment)
    (letter,) = outbox.outbox
    assert ("100 USD" in letter.body, "15 July 2030" in letter.body) == (True, True)


def test_g6_a_message_that_comes_five_times_is_kept_once_and_grants_once(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    (body,) = checkout.outbox
    assert deliver(*[body] * 5) == [200] * 5
    assert (Entitlement.objects.count(), ProviderEvent.objects.count(), len(outbox.outbox)) == (1, 1, 1)


def test_g6_a_payment_of_which_no_message_comes_is_found_by_the_sweep(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff, stopped_clock: StoppedClock
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    stopped_clock.at += timedelta(minutes=10, seconds=1)
    sweeping.sweep(now=clock.now())
    work_off()
    assert Entitlement.objects.filter(user=candidate).count() == 1


def test_g6_two_tabs_have_one_order_and_one_page_of_payment(live: Program, checkout: Checkout, candidate: User) -> None:
    first, second = ordered(candidate, live), ordered(candidate, live)
    assert (first, sent_to_pay(first)) == (second, sent_to_pay(second))
    assert (Order.objects.count(), len(checkout.sessions)) == (1, 1)


def test_g6_an_answer_that_is_lost_on_the_way_opens_no_second_page(live: Program, checkout: Checkout, candidate: User) -> None:
    order = ordered(candidate, live)
    checkout.loses_answers = 2  # the request, and the one by which the library repeats it
    with pytest.raises(PaymentUnavailable):
        sent_to_pay(order)
    assert CheckoutSession.objects.get(order=order).reference == ""
    assert (sent_to_pay(order), len(checkout.sessions)) == ("cs_test_1", 1)


def test_g6_an_order_keeps_the_price_of_its_moment(live: Program, checkout: Checkout, candidate: User) -> None:
    order = ordered(candidate, live)
    settled("fee=150")
    assert (ordered(candidate, live).price, checkout.sessions[sent_to_pay(order)]["amount_total"]) == (10000, 10000)


@pytest.mark.parametrize(
    ("fee", "currency", "amount", "theirs"), [("12000", "JPY", 12000, 12000), ("5000", "ISK", 5000, 500000)]
)
def test_p2_the_price_is_in_the_smallest_unit_of_its_currency(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, fee: str, currency: str, amount: int, theirs: int
) -> None:
    order = ordered(candidate, settled(f"fee={fee}", f"currency={currency}"))
    reference = sent_to_pay(order)
    checkout.pays(reference)
    deliver()
    order.refresh_from_db()
    assert (order.price, checkout.sessions[reference]["amount_subtotal"], order.paid) == (amount, theirs, amount)


def test_p2_tax_stands_beside_the_price(live: Program, checkout: Checkout, candidate: User, deliver: Deliver, settings) -> None:
    from dataclasses import replace

    checkout.taxes = True
    settings.PAYMENTS = replace(settings.PAYMENTS, automatic_tax=True, invoices=True)
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    deliver()
    order.refresh_from_db()
    assert (order.price, order.paid, order.tax) == (10000, 11000, 1000)
    assert (order.receipt, order.invoice) == (f"{checkout.url}/receipt/{order.payment}", f"{checkout.url}/invoice/cs_test_1")


def test_g6_an_order_that_is_given_up_cannot_be_paid_any_more(live: Program, checkout: Checkout, candidate: User) -> None:
    order = ordered(candidate, live)
    reference = sent_to_pay(order)
    assert opening.give_up(order=order, actor=candidate, now=clock.now())
    assert not opening.give_up(order=order, actor=candidate, now=clock.now())
    checkout.pays(reference)
    order.refresh_from_db()
    assert (checkout.sessions[reference]["status"], order.standing) == ("expired", OrderStanding.GIVEN_UP)
    with pytest.raises(OrderOver):
        sent_to_pay(order)
    assert ordered(candidate, live) != order


def test_g6_giving_up_what_was_just_paid_finds_the_payment(live: Program, checkout: Checkout, candidate: User) -> None:
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    with pytest.raises(OrderPaid):
        opening.give_up(order=order, actor=candidate, now=clock.now())
    assert (standing(order), Entitlement.objects.count()) == (OrderStanding.PAID, 1)


def test_g6_a_page_that_ran_out_leads_to_a_new_one(
    live: Program, checkout: Checkout, candidate: User, stopped_clock: StoppedClock
) -> None:
    order = ordered(candidate, live)
    first = sent_to_pay(order)
    stopped_clock.at += timedelta(hours=2)
    second = sent_to_pay(order)
    assert (first, second, checkout.sessions[first]["status"]) == ("cs_test_1", "cs_test_3", "expired")


@pytest.mark.parametrize(("late", "stands"), [(timedelta(0), "open"), (timedelta(seconds=1), "given_up")])
def test_g6_an_order_that_nobody_paid_is_given_up_after_a_day(
    live: Program, checkout: Checkout, candidate: User, stopped_clock: StoppedClock, late: timedelta, stands: str
) -> None:
    order = ordered(candidate, live)
    sent_to_pay(order)
    stopped_clock.at += sweeping.KEPT + late
    sweeping.sweep(now=clock.now())
    assert standing(order).value == stands


@pytest.mark.parametrize(("well", "stands", "rights"), [(True, OrderStanding.PAID, 1), (False, OrderStanding.OPEN, 0)])
def test_g6_a_payment_that_takes_days_grants_when_it_arrives(
    live: Program,
    checkout: Checkout,
    candidate: User,
    deliver: Deliver,
    well: bool,  # noqa: FBT001 - a parameter of the test
    stands: OrderStanding,
    rights: int,
) -> None:
    order = ordered(candidate, live)
    reference = sent_to_pay(order)
    checkout.pays(reference, later=True)
    deliver()
    assert (standing(order), Entitlement.objects.count()) == (OrderStanding.PROCESSING, 0)
    checkout.clears(reference, well=well)
    deliver()
    assert (standing(order), Entitlement.objects.count()) == (stands, rights)


def test_g6_whoever_has_a_right_that_nothing_took_buys_no_second(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    deliver()
    with pytest.raises(AlreadyEntitled):
        ordered(candidate, live)


def test_nothing_is_sold_where_no_payment_is_set_up(live: Program, candidate: User) -> None:
    with pytest.raises(NothingSold):
        ordered(candidate, live)


def test_a_message_that_is_not_signed_or_too_old_is_refused(live: Program, checkout: Checkout, candidate: User) -> None:
    checkout.pays(sent_to_pay(ordered(candidate, live)))
    (body,) = checkout.outbox
    now = clock.now().timestamp()
    headers = ["", "t=x", signature(body, at=now, secret="whsec_other"), signature(body + b" ", at=now)]
    edges = [signature(body, at=now - 300), signature(body, at=now - 301), signature(body, at=now + 301)]
    assert [post(body, signed=header).status_code for header in headers + edges] == [400] * 4 + [200, 400, 400]


def test_g6_money_for_a_page_whose_address_never_arrived_here_is_found_by_its_message(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    checkout.loses_answers = 2
    with pytest.raises(PaymentUnavailable):
        sent_to_pay(order)
    opening.give_up(order=order, actor=candidate, now=clock.now())
    (reference,) = checkout.sessions
    checkout.pays(reference)
    deliver()
    assert (standing(order), Entitlement.objects.count()) == (OrderStanding.PAID, 1)


@pytest.mark.django_db(transaction=True)
def test_g6_eight_that_look_at_the_same_moment_write_one_payment_down(
    live: Program, checkout: Checkout, candidate: User
) -> None:
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    found = provider.configured()
    assert found is not None
    asked = in_threads(8, lambda: settling.settle(order, provider=found, now=clock.now()))
    assert (len(asked), Entitlement.objects.count()) == (8, 1)
    letters = Job.objects.filter(key=f"order.paid:{order.pk}")
    written = Entry.objects.filter(action="order.paid", subject=f"order:{order.pk}")
    assert (written.count(), letters.count()) == (1, 1)


def test_a_page_of_another_order_pays_nothing(
    live: Program, checkout: Checkout, candidate: User, stranger: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    reference = sent_to_pay(order)
    checkout.sessions[reference]["amount_subtotal"] = 1
    checkout.pays(reference)
    deliver()
    assert (standing(order), Entitlement.objects.count()) == (OrderStanding.OPEN, 0)
