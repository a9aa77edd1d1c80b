"""Money for what was given up or paid otherwise, and a provider that forgets, overtakes itself or says too much (G6, G7)."""

import json
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.test import Client
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import WorkOff
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, post, sent_to_pay
from portal.tests.vouchers.conftest import HALF, Made, code, made

from guildmark.rules.order import OrderStanding
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders import offline, opening, paying, provider, settling, sweeping
from guildmark_portal.orders.models import CheckoutSession, Order, ProviderEvent
from guildmark_portal.orders.provider import Provider, Refusal
from guildmark_portal.orders.refusals import PaymentUnavailable
from guildmark_portal.orders.rights import right_of
from guildmark_portal.orders.stripe import Stripe
from guildmark_portal.transfers import giving
from guildmark_portal.vouchers.models import Use, Voucher

__all__ = ["made"]
pytestmark = [pytest.mark.django_db, pytest.mark.money]
LONG = "x" * 2500


def standing(order: Order) -> OrderStanding:
    return Order.objects.get(pk=order.pk).standing


def asked() -> Provider:
    found = provider.configured()
    assert found is not None
    return found


def given_up(order: Order) -> None:
    """By its buyer, in another tab."""
    fresh = Order.objects.get(pk=order.pk)
    assert fresh.user is not None
    assert opening.give_up(order=fresh, actor=fresh.user, now=clock.now())


def with_a_page_of_which_nobody_knows(order: Order, checkout: Checkout) -> str:
    """The number of a page that the provider opened, though its answer was lost on the way."""
    checkout.loses_answers = 2
    with pytest.raises(PaymentUnavailable):
        sent_to_pay(order)
    return list(checkout.sessions)[-1]


@pytest.fixture
def half(made: Made) -> str:
    """One voucher, for one use."""
    return code(made(value=HALF))


def test_g7_of_paying_and_giving_up_at_once_no_page_comes_for_what_was_given_up(
    live: Program, checkout: Checkout, candidate: User, buyer: Client, half: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, visit = ordered(candidate, live, code=half), paying._visit

    def given_up_first(*args: Order, **how: object) -> CheckoutSession:
        monkeypatch.setattr(paying, "_visit", visit)
        given_up(order)
        return visit(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(paying, "_visit", given_up_first)
    answer = buyer.post(f"/orders/{order.pk}/pay/")
    assert "/pay/cs_" not in answer.get("Location", "")
    assert (checkout.sessions, CheckoutSession.objects.count(), standing(order)) == ({}, 0, OrderStanding.GIVEN_UP)


def test_g7_what_is_paid_after_it_was_given_up_takes_its_voucher_again(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, half: str
) -> None:
    order = ordered(candidate, live, code=half)
    reference = with_a_page_of_which_nobody_knows(order, checkout)
    given_up(order)
    assert Use.objects.count() == 0
    checkout.pays(reference)
    deliver()
    use = Use.objects.get(once=order.once)
    assert (use.user, use.discount, use.currency, use.consumed_at) == (candidate, 5000, "USD", clock.now())
    assert (standing(order), Entitlement.objects.count(), checkout.refunds) == (OrderStanding.PAID, 1, {})


@pytest.mark.parametrize("is_another", [True, False])
def test_g7_what_is_paid_after_its_voucher_was_used_again_grants_nothing_and_goes_back(
    live: Program,
    checkout: Checkout,
    candidate: User,
    stranger: User,
    deliver: Deliver,
    half: str,
    is_another: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    order = ordered(candidate, live, code=half)
    reference = with_a_page_of_which_nobody_knows(order, checkout)
    given_up(order)
    second = ordered(stranger if is_another else candidate, live, code=half)
    checkout.pays(reference)
    deliver()
    assert (standing(order), right_of(order)) == (OrderStanding.REFUNDED, None)
    assert [(one["amount"], one["status"]) for one in checkout.refunds.values()] == [(5000, "succeeded")]
    assert [use.once for use in Use.objects.all()] == [second.once]
    checkout.pays(sent_to_pay(second))
    deliver()
    assert Entitlement.objects.filter(voided_at=None).count() == 1


def test_g7_what_a_stipend_paid_a_part_of_is_never_given_on_whatever_became_of_its_use(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, made: Made
) -> None:
    batch = made(value=HALF)
    batch.is_personal = True
    batch.save()
    Voucher.objects.filter(batch=batch).update(holder=candidate)
    order = ordered(candidate, live, code=code(batch))
    reference = with_a_page_of_which_nobody_knows(order, checkout)
    given_up(order)
    checkout.pays(reference)
    deliver()
    right = Entitlement.objects.get()
    assert not giving.may_give(right, now=clock.now())
    Use.objects.all().delete()
    assert not giving.may_give(right, now=clock.now())


def test_g6_a_page_that_is_opened_beside_a_confirmation_by_hand_is_closed(
    live: Program, checkout: Checkout, candidate: User, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, confirmed = ordered(candidate, live), offline._confirmed

    def sent_to_pay_first(*args: object, **how: object) -> bool | None:
        monkeypatch.setattr(offline, "_confirmed", confirmed)
        sent_to_pay(order)
        return confirmed(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(offline, "_confirmed", sent_to_pay_first)
    assert offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    assert ([page["status"] for page in checkout.sessions.values()], standing(order)) == (["expired"], OrderStanding.PAID)


def test_g6_a_payment_beside_a_confirmation_by_hand_is_told_of_once(
    live: Program, checkout: Checkout, candidate: User, staff: User, deliver: Deliver, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    reference = with_a_page_of_which_nobody_knows(order, checkout)
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    payment = checkout.pays(reference)
    deliver()
    settling.soon(order, session=reference)
    work_off()
    twice = Entry.objects.filter(action="order.paid_twice", subject=f"order:{order.pk}")
    assert [entry.detail for entry in twice] == [{"payment": payment}]
    assert (standing(order), Entitlement.objects.count()) == (OrderStanding.PAID, 1)


def test_g6_a_second_page_of_which_only_a_message_tells_is_looked_at(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    reference = sent_to_pay(order)
    page = {**checkout.sessions[reference], "id": "cs_test_other"}
    checkout.sessions["cs_test_other"] = page
    checkout.pays(reference)
    deliver()
    second = checkout.pays("cs_test_other")
    deliver()
    assert [entry.detail for entry in Entry.objects.filter(action="order.paid_twice")] == [{"payment": second}]


def test_g6_an_order_whose_page_is_gone_at_the_provider_stops_nobody_elses(
    live: Program, checkout: Checkout, candidate: User, stranger: User, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    mine, theirs = ordered(candidate, live), ordered(stranger, live)
    for order in (mine, theirs):
        del checkout.sessions[sent_to_pay(order)]
    stopped_clock.at += sweeping.KEPT + timedelta(hours=1)
    sweeping.sweep(now=clock.now())
    work_off()
    assert [standing(order) for order in (mine, theirs)] == [OrderStanding.GIVEN_UP] * 2
    assert CheckoutSession.objects.filter(ended_at=None).count() == 0


@pytest.mark.parametrize("act", ["settle", "give up", "confirm"])
def test_g6_a_page_that_is_gone_at_the_provider_is_over(
    live: Program, checkout: Checkout, candidate: User, staff: User, act: str
) -> None:
    order = ordered(candidate, live)
    del checkout.sessions[sent_to_pay(order)]
    Order.objects.update(processing_at=clock.now() if act == "settle" else None)
    if act == "settle":
        settling.settle(order, provider=asked(), now=clock.now())
    elif act == "give up":
        given_up(order)
    else:
        offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    stands = {"settle": OrderStanding.OPEN, "give up": OrderStanding.GIVEN_UP, "confirm": OrderStanding.PAID}
    assert (standing(order), CheckoutSession.objects.get().ended_at) == (stands[act], clock.now())


def test_g6_what_the_provider_refuses_about_one_order_stops_nobody_elses(
    live: Program,
    checkout: Checkout,
    candidate: User,
    stranger: User,
    stopped_clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine, theirs = ordered(candidate, live), ordered(stranger, live)
    refused, close = [sent_to_pay(order) for order in (mine, theirs)][1], Stripe.close
    stopped_clock.at += sweeping.KEPT + timedelta(hours=1)

    def closed(own: Stripe, reference: str) -> provider.Session:
        if reference == refused:
            raise Refusal("parameter_unknown")
        return close(own, reference)

    monkeypatch.setattr(Stripe, "close", closed)
    sweeping.sweep(now=clock.now())
    assert (standing(mine), standing(theirs)) == (OrderStanding.GIVEN_UP, OrderStanding.OPEN)


def test_g6_what_no_column_takes_is_left_out_and_the_payment_counts(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    checkout.intents[payment]["latest_charge"]["receipt_url"] = f"https://pay.stripe.com/receipts/{LONG}"
    deliver()
    order.refresh_from_db()
    assert (order.standing, order.payment, order.receipt) == (OrderStanding.PAID, payment, "")


@pytest.mark.parametrize("number", ["e" * 201, "evt_\0", "evt_\ud800"])
def test_g6_a_message_whose_number_no_column_takes_has_its_order_looked_at(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff, number: str
) -> None:
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    body = json.loads(checkout.outbox[0])
    assert post(json.dumps({**body, "id": number}).encode()).status_code == 200
    work_off()
    assert (standing(order), ProviderEvent.objects.count()) == (OrderStanding.PAID, 0)


@pytest.mark.parametrize("decided", ["won", "lost"])
def test_g6_what_a_bank_decided_is_not_open_again_by_an_answer_that_comes_late(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, decided: str
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    deliver()
    dispute = checkout.disputes_it(payment)
    deliver()
    late = Mock(wraps=asked(), after=Mock(return_value=asked().after(payment, "USD")))
    checkout.decides(dispute, decided)
    deliver()
    before = standing(order)
    settling.settle(Order.objects.get(), provider=late, now=clock.now())
    assert (standing(order), Order.objects.get().disputes.get().status) == (before, decided)
    assert Entitlement.objects.filter(voided_at=None).count() == (decided == "won")


def test_g6_an_order_whose_payment_failed_is_not_under_way_for_ever_by_an_answer_that_comes_late(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    reference = sent_to_pay(order)
    checkout.pays(reference, later=True)
    late = Mock(wraps=asked(), session=Mock(return_value=asked().session(reference)))
    checkout.clears(reference, well=False)
    deliver()
    settling.settle(Order.objects.get(), provider=late, now=clock.now())
    assert standing(order) is OrderStanding.PROCESSING
    stopped_clock.at += timedelta(minutes=10, seconds=1)
    sweeping.sweep(now=clock.now())
    work_off()
    assert standing(order) is OrderStanding.OPEN
