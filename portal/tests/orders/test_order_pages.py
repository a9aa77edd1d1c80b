"""From registration to payment and back, my orders, and the desk (rule G6)."""

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import sitting
from portal.tests.operations.conftest import text
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay

from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders.models import Order
from guildmark_portal.payments_config import Payments

pytestmark = [pytest.mark.django_db, pytest.mark.money]
PAY, MINE, DESK = "/register/pay/", "/orders/", "/desk/orders/"


def page(order: Order) -> str:
    return f"{MINE}{order.pk}/"


def at_desk(order: Order) -> str:
    return f"{DESK}{order.pk}/"


def test_g6_registration_leads_to_payment_and_back_to_the_exam(
    live: Program, checkout: Checkout, buyer: Client, candidate: User, deliver: Deliver
) -> None:
    assert PAY in buyer.get("/register/").content.decode()
    assert "Order and pay 100 USD" in text(buyer.get(PAY))
    sent = buyer.post(PAY, {"program": "tiny"})
    assert sent["Location"] == f"{checkout.url}/pay/cs_test_1"
    order = Order.objects.get()
    checkout.pays("cs_test_1")
    waiting = text(buyer.get(f"{page(order)}?back=paid"))
    deliver()
    shown, listed = text(buyer.get(page(order))), text(buyer.get(MINE))
    assert ("changes by itself" in waiting, "15 July 2030" in shown, "Receipt" in shown) == (True, True, True)
    assert ("Paid" in listed, buyer.get(f"{page(order)}standing.json").json()) == (True, {"standing": "paid"})
    assert PAY not in buyer.get("/register/").content.decode()


def test_g6_a_double_click_and_a_second_device_are_sent_to_one_page(live: Program, checkout: Checkout, candidate: User) -> None:
    devices = [signed_in(candidate, minutes_ago=1) for _ in range(2)]
    sent = [device.post(PAY, {"program": "tiny"}) for device in devices * 2]
    places = {answer["Location"] for answer in sent}
    order = Order.objects.get()
    assert places <= {f"{checkout.url}/pay/cs_test_1", page(order)}
    again = [device.post(f"{page(order)}pay/")["Location"] for device in devices]
    assert (again, len(checkout.sessions)) == ([f"{checkout.url}/pay/cs_test_1"] * 2, 1)


def test_g6_whoever_comes_back_without_paying_can_pay_or_give_it_up(
    live: Program, checkout: Checkout, buyer: Client, candidate: User
) -> None:
    buyer.post(PAY, {"program": "tiny"})
    order = Order.objects.get()
    assert "You have not paid." in text(buyer.get(f"{page(order)}?back=cancelled"))
    assert "Given up" in text(buyer.post(f"{page(order)}give-up/", follow=True))
    assert (checkout.sessions["cs_test_1"]["status"], buyer.get(PAY).status_code) == ("expired", 200)


def test_g6_registering_for_an_exam_that_is_not_paid_leads_to_payment(live: Program, checkout: Checkout, buyer: Client) -> None:
    answer = buyer.post("/exam/", {"program": "tiny"})
    assert answer["Location"] == f"{PAY}?program=tiny"


def test_an_order_is_nobody_elses(live: Program, checkout: Checkout, candidate: User, stranger: User) -> None:
    order = ordered(candidate, live)
    other = signed_in(stranger, minutes_ago=1)
    answers = [other.get(page(order)), other.get(f"{page(order)}standing.json"), other.post(f"{page(order)}pay/")]
    answers.append(other.post(f"{page(order)}give-up/"))
    assert [answer.status_code for answer in answers] == [404] * 4


def test_g6_without_an_answer_of_the_provider_the_order_waits(
    live: Program, checkout: Checkout, buyer: Client, candidate: User
) -> None:
    checkout.is_down = True
    shown = text(buyer.post(PAY, {"program": "tiny"}, follow=True))
    assert ("Nothing was paid" in shown, Order.objects.get().standing.value) == (True, "open")


def test_g6_support_pays_back_once_and_the_right_is_gone_first(
    live: Program, checkout: Checkout, desk: Client, candidate: User, deliver: Deliver, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    deliver()
    asked = {"act": "refund", "refund-reason": "You asked for it.", "refund-once": "a" * 32}
    checkout.is_down = True
    desk.post(at_desk(order), asked)
    right = Entitlement.objects.get(user=candidate)
    assert (right.voided, Order.objects.get().standing.value) == ("refund", "refund_asked")
    checkout.is_down = False
    desk.post(at_desk(order), asked)
    work_off()
    deliver()
    assert (len(checkout.refunds), checkout.left_of(payment), Order.objects.get().standing.value) == (1, 0, "refunded")
    shown = text(signed_in(candidate, minutes_ago=1).get(page(order)))
    assert "Paid back" in shown
    assert Entry.objects.filter(action="order.refund_asked").count() == 1


def test_g6_once_the_clock_has_started_nothing_is_paid_back(
    live: Program, checkout: Checkout, desk: Client, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    deliver()
    stale = text(desk.get(at_desk(order)))
    sitting(candidate, live).prepare().begin()
    shown = text(desk.post(at_desk(order), {"act": "refund", "refund-reason": "Please."}))
    assert ("Pay 100 USD back" in stale, "nothing about it can be changed" in shown) == (True, True)
    assert (checkout.refunds, Order.objects.get().standing.value) == ({}, "paid")


def test_g6_a_payment_by_other_means_is_confirmed_once_with_its_reference(
    live: Program, desk: Client, buyer: Client, candidate: User, settings
) -> None:
    settings.PAYMENTS = Payments("offline", offline="Transfer it to DE00 1234.")
    order_page = buyer.post(PAY, {"program": "tiny"})["Location"]
    assert "DE00 1234" in text(buyer.get(order_page))
    order = Order.objects.get()
    confirmed = {"act": "confirm", "confirm-reference": "Bank statement 7, line 3"}
    for _ in range(2):
        desk.post(at_desk(order), confirmed)
    order.refresh_from_db()
    assert (order.standing.value, order.paid, order.reference) == ("paid", 10000, "Bank statement 7, line 3")
    assert Entitlement.objects.filter(user=candidate).count() == 1
    desk.post(at_desk(order), {"act": "refund", "refund-reason": "Cancelled."})
    assert order.standing.value == "refund_asked"
    desk.post(at_desk(order), {"act": "returned", "returned-reference": "Transfer 9"})
    assert Order.objects.get().standing.value == "refunded"


def test_g6_a_payment_by_card_at_the_same_moment_is_not_confirmed_as_another(
    live: Program, checkout: Checkout, desk: Client, candidate: User
) -> None:
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    shown = text(desk.post(at_desk(order), {"act": "confirm", "confirm-reference": "Statement"}))
    order.refresh_from_db()
    assert ("is paid" in shown, order.reference, Entitlement.objects.count()) == (True, "", 1)


def test_g6_a_dispute_takes_what_is_unspent_back_and_gives_it_again_when_it_is_won(
    live: Program, checkout: Checkout, desk: Client, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    deliver()
    dispute = checkout.disputes_it(payment)
    deliver()
    assert Entitlement.objects.get().voided == "dispute"
    assert candidate.email in text(desk.get(DESK))
    desk.post(at_desk(order), {"act": "seen", "seen-note": "Answered the bank."})
    assert candidate.email not in text(desk.get(DESK))
    checkout.decides(dispute, "won")
    deliver()
    old, again = Entitlement.objects.order_by("pk")
    assert (again.voided_at, again.valid_until, Order.objects.get().standing.value) == (None, old.valid_until, "paid")


def test_g6_a_dispute_about_what_is_spent_is_left_to_people(
    live: Program, checkout: Checkout, desk: Client, candidate: User, deliver: Deliver
) -> None:
    order = ordered(candidate, live)
    payment = checkout.pays(sent_to_pay(order))
    deliver()
    sitting(candidate, live).prepare().begin()
    checkout.disputes_it(payment)
    deliver()
    assert Entitlement.objects.get().voided_at is None
    assert "The exam was begun with it" in text(desk.get(at_desk(order)))


def test_nobody_of_the_staff_acts_on_their_own_order(
    live: Program, checkout: Checkout, deliver: Deliver, stopped_clock: StoppedClock
) -> None:
    support = person_with("support", email="self@example.org")
    own = signed_in(support, minutes_ago=1)
    order = ordered(support, live)
    own.post(at_desk(order), {"act": "confirm", "confirm-reference": "Mine"})
    checkout.pays(sent_to_pay(order))
    deliver()
    own.post(at_desk(order), {"act": "refund", "refund-reason": "Mine"})
    assert (Order.objects.get().reference, checkout.refunds) == ("", {})


def test_a_change_at_the_desk_asks_for_a_fresh_sign_in(live: Program, checkout: Checkout, candidate: User) -> None:
    order = ordered(candidate, live)
    stale = signed_in(person_with("support"), minutes_ago=60)
    answer = stale.post(at_desk(order), {"act": "confirm", "confirm-reference": "x"})
    assert (answer["Location"].partition("?")[0], Order.objects.get().paid_at) == ("/accounts/reauthenticate/", None)


@pytest.mark.parametrize("sought", ["Ada", "candidate@", "cs_test_1"])
def test_support_finds_an_order_by_its_buyer_or_a_number(
    live: Program, checkout: Checkout, desk: Client, candidate: User, sought: str
) -> None:
    sent_to_pay(ordered(candidate, live))
    assert candidate.email in text(desk.post(DESK, {"sought": sought}))
    assert candidate.email not in text(desk.post(DESK, {"sought": "zzzz"}))
