"""A buyer has money back by themselves before the exam begins, as the order was opened under (rule G6)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.test import Client
from portal.tests.at_once import in_threads
from portal.tests.conftest import StoppedClock
from portal.tests.exams.paid_exam import settled, sitting
from portal.tests.operations.conftest import text
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay
from portal.tests.platform.written_afresh import write_afresh

from guildmark.rules.order import OrderStanding
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.entitling import transfer
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders import offline, refunding, withdrawing
from guildmark_portal.orders.models import Order, Refund
from guildmark_portal.orders.refusals import ExamBegun, NothingComesBack, RightGivenOn, RightNoMore
from guildmark_portal.payments_config import Payments

pytestmark = [pytest.mark.django_db, pytest.mark.money]
TICK = timedelta(microseconds=1)
STEPS = "refunds=14 days: 100%, 60 days: 50%"


def bought(user: User, program: Program, checkout: Checkout, deliver: Deliver) -> Order:
    order = ordered(user, program)
    checkout.pays(sent_to_pay(order))
    deliver()
    return Order.objects.get(pk=order.pk)


def withdrawn(order: Order, **more: int) -> Refund:
    assert order.user is not None
    return withdrawing.withdraw(order=order, user=order.user, now=clock.now(), **more)


def page(order: Order) -> str:
    return f"/orders/{order.pk}/refund/"


def test_g6_whoever_thinks_better_of_it_has_the_money_back_and_no_right(
    live: Program, checkout: Checkout, candidate: User, buyer: Client, deliver: Deliver
) -> None:
    order = bought(candidate, live, checkout, deliver)
    assert "you get 100 USD back" in text(buyer.get(f"/orders/{order.pk}/"))
    assert "all that you paid" in text(buyer.get(page(order)))
    for _press in range(2):
        assert buyer.post(page(order), {"amount": "10000"})["Location"] == f"/orders/{order.pk}/"
    right, refund = Entitlement.objects.get(), Refund.objects.get()
    assert (right.voided, refund.amount, refund.asked_by) == ("refund", 10_000, f"user:{candidate.pk}")
    deliver()
    assert (Order.objects.get().standing, checkout.left_of(order.payment)) == (OrderStanding.REFUNDED, 0)
    assert [letter.subject for letter in outbox.outbox] == [
        "Your receipt: Tiny exam",
        "Your order was taken back: Tiny exam",
        "Your money is on its way back: Tiny exam",
    ]
    assert "You get back: 100 USD of 100 USD" in outbox.outbox[1].body
    assert Entry.objects.filter(action="order.refund_asked", actor=f"user:{candidate.pk}").count() == 1


@pytest.mark.parametrize(
    ("at", "back"),
    [
        (datetime(2030, 1, 30, 12, tzinfo=UTC) - TICK, 10_000),
        (datetime(2030, 1, 30, 12, tzinfo=UTC), 5_000),
        (datetime(2030, 3, 17, 12, tzinfo=UTC) - TICK, 5_000),
        (datetime(2030, 3, 17, 12, tzinfo=UTC), None),
    ],
    ids=["the last moment of all", "the first of a half", "the last moment of a half", "too late"],
)
def test_g6_how_much_comes_back_follows_the_days_since_the_payment(
    live: Program,
    checkout: Checkout,
    candidate: User,
    deliver: Deliver,
    stopped_clock: StoppedClock,
    at: datetime,
    back: int | None,
) -> None:
    settled(STEPS)
    live.refresh_from_db()
    order = bought(candidate, live, checkout, deliver)
    stopped_clock.at = at
    if back is None:
        with pytest.raises(NothingComesBack, match="any more"):
            withdrawn(order)
        return
    assert withdrawn(order).amount == back
    deliver()
    assert checkout.left_of(order.payment) == 10_000 - back
    assert Entitlement.objects.get().voided == "refund"


def test_g6_from_the_start_on_nothing_comes_back(
    live: Program, checkout: Checkout, candidate: User, buyer: Client, deliver: Deliver
) -> None:
    order = bought(candidate, live, checkout, deliver)
    opened = sitting(candidate, live).prepare()
    assert "its clock cannot be started any more" in text(buyer.get(page(order)))
    opened.begin()
    with pytest.raises(ExamBegun) as refused:
        withdrawn(order)
    assert "/help/" in (refused.value.next_step or "")
    assert "The clock of the exam has started" in text(buyer.post(page(order), {"amount": "10000"}, follow=True))
    assert (Refund.objects.count(), buyer.get(page(order)).status_code) == (0, 302)


def test_g6_an_order_keeps_the_terms_that_it_was_opened_under(
    live: Program, checkout: Checkout, candidate: User, stranger: User, deliver: Deliver
) -> None:
    order = bought(candidate, live, checkout, deliver)
    settled("refunds=none")
    live.refresh_from_db()
    later = bought(stranger, live, checkout, deliver)
    with pytest.raises(NothingComesBack):
        withdrawn(later)
    assert withdrawn(order).amount == 10_000


def test_g6_what_the_provider_gave_back_before_counts(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, stopped_clock: StoppedClock
) -> None:
    settled(STEPS)
    live.refresh_from_db()
    order = bought(candidate, live, checkout, deliver)
    checkout.gives_back(order.payment, 2_000)
    deliver()
    stopped_clock.at = datetime(2030, 2, 15, tzinfo=UTC)
    assert withdrawn(order).amount == 3_000


def test_g6_what_was_given_on_is_its_holders_and_a_strangers_order_is_not_there(
    live: Program, checkout: Checkout, candidate: User, stranger: User, deliver: Deliver
) -> None:
    order = bought(candidate, live, checkout, deliver)
    with pytest.raises(Order.DoesNotExist):
        withdrawing.withdraw(order=order, user=stranger, now=clock.now())
    moved = transfer(entitlement=Entitlement.objects.get(), to=stranger, actor="tests", now=clock.now())
    with pytest.raises(RightGivenOn):
        withdrawn(order)
    moved.refresh_from_db()
    assert (moved.voided_at, Refund.objects.count()) == (None, 0)


def test_g6_a_right_that_was_taken_back_or_is_over_brings_nothing(
    live: Program, checkout: Checkout, candidate: User, staff: User, deliver: Deliver
) -> None:
    settled("refunds=3650 days: 100%", "entitlement_months=1")
    live.refresh_from_db()
    order = bought(candidate, live, checkout, deliver)
    assert withdrawing.on_offer(order, now=clock.now() + timedelta(days=40)) is None
    refunding.refund(order=order, reason="Asked.", actor=staff, now=clock.now())
    with pytest.raises(RightNoMore):
        withdrawn(order)


def test_g6_another_amount_than_the_page_showed_is_not_taken(
    live: Program, checkout: Checkout, candidate: User, buyer: Client, deliver: Deliver
) -> None:
    order = bought(candidate, live, checkout, deliver)
    for amount in ("9999", "", "²", "9" * 40):
        assert "Another amount comes back" in text(buyer.post(page(order), {"amount": amount}, follow=True))
    assert Refund.objects.count() == 0


def test_g6_what_was_paid_by_other_means_waits_for_people(live: Program, candidate: User, staff: User, settings) -> None:
    settings.PAYMENTS = Payments("offline", offline="Pay us at the desk.")
    order = ordered(candidate, live)
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    refund = withdrawn(order)
    assert (Order.objects.get().standing, withdrawn(order)) == (OrderStanding.REFUND_ASKED, refund)
    refunding.returned(refund=refund, reference="bank 8", actor=staff, now=clock.now())
    assert Order.objects.get().standing is OrderStanding.REFUNDED


@pytest.mark.django_db(transaction=True)
def test_g6_four_presses_at_once_ask_once(live: Program, candidate: User, staff: User, settings) -> None:
    settings.PAYMENTS = Payments("offline", offline="Pay us at the desk.")
    order = ordered(candidate, live)
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    asked = in_threads(4, lambda: withdrawn(order).pk)
    assert (len(asked), len(set(asked)), Refund.objects.count()) == (4, 1, 1)


def test_every_letter_about_an_order_can_be_written_afresh(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    order = bought(candidate, live, checkout, deliver)
    withdrawn(order)
    deliver()
    before = [letter.subject for letter in outbox.outbox]
    write_afresh(candidate.email, to="new@example.org")
    again = outbox.outbox[len(before) :]
    assert ([letter.subject for letter in again], {*again[0].to}) == (before, {"new@example.org"})
