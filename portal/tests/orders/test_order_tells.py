"""What the pages of an order tell: how long it waits, who has its right, what comes back later, and its number (rule G6)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from portal.tests.conftest import StoppedClock
from portal.tests.exams.paid_exam import granted, settled
from portal.tests.operations.conftest import text
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.entitling import transfer
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders import finding_orders, offline, opening, sweeping
from guildmark_portal.orders.models import Order
from guildmark_portal.payments_config import Payments
from guildmark_portal.transfers import giving, of_an_order

pytestmark = [pytest.mark.django_db, pytest.mark.money]
DESK = "/desk/orders/"
TAB = "?back=paid"


def page(order: Order) -> str:
    return f"/orders/{order.pk}/"


@pytest.fixture
def by_hand(settings) -> None:
    """Payment by other means alone."""
    settings.PAYMENTS = Payments("offline", offline="Transfer it to DE00 1234.")


@pytest.fixture
def bought(by_hand: None, live: Program, candidate: User, staff: User) -> Order:
    settled("refunds=14 days: 100%, 60 days: 50%")
    live.refresh_from_db()
    order = ordered(candidate, live)
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    return Order.objects.get(pk=order.pk)


def test_g6_money_that_people_return_is_not_called_on_its_way_before_they_sent_it(
    bought: Order, buyer: Client, desk: Client
) -> None:
    said = text(buyer.post(f"{page(bought)}refund/", {"amount": "10000"}, follow=True))
    assert ["on its way back" in said, "under way" in said, "not sent yet" in said] == [False, False, True]
    assert said.count("We return the money by hand, and write to you when it is on its way.") == 2
    assert "not sent yet" in text(desk.get(f"{DESK}{bought.pk}/"))
    desk.post(f"{DESK}{bought.pk}/", {"act": "returned", "returned-reference": "Transfer 9"})
    assert "by hand" not in text(buyer.get(page(bought)))


def test_g6_staff_who_pay_back_by_other_means_are_told_that_they_are_to_send_it(bought: Order, desk: Client) -> None:
    asked = {"act": "refund", "refund-reason": "Cancelled.", "refund-once": "a" * 32}
    said = text(desk.post(f"{DESK}{bought.pk}/", asked, follow=True))
    assert ["Return the money by other means now" in said, "the money goes back" in said] == [True, False]


def test_g6_whoever_says_that_they_paid_is_offered_to_pay_only_after_a_minute(
    live: Program, checkout: Checkout, buyer: Client
) -> None:
    buyer.post("/register/pay/", {"program": "tiny"})
    order = Order.objects.get()
    pages = {
        query: buyer.get(page(order) + query).content.decode() for query in ("", TAB, f"{TAB}&looked=3", f"{TAB}&looked=12")
    }
    assert ['id="ways" hidden' in shown for shown in pages.values()] == [False, True, True, False]
    assert ["Not paid yet" in shown for shown in pages.values()] == [True, False, False, False]
    assert ["url=?back=paid&amp;looked=4" in pages[f"{TAB}&looked=3"], "http-equiv" in pages[""]] == [True, False]


def test_g6_a_payment_that_failed_hides_nothing(live: Program, checkout: Checkout, buyer: Client, candidate: User) -> None:
    order = ordered(candidate, live)
    opening.give_up(order=order, actor=candidate, now=clock.now())
    shown = buyer.get(page(order) + TAB).content.decode()
    assert ["We are asking" in shown, "Given up" in shown, "Order again" in shown] == [False, True, True]


@pytest.mark.parametrize(("instructions", "day"), [("", 16), ("Transfer it.", 14)])
def test_g6_an_order_tells_until_when_it_waits_and_is_given_up_then(
    live: Program, buyer: Client, candidate: User, settings, stopped_clock: StoppedClock, instructions: str, day: int
) -> None:
    settings.PAYMENTS = Payments("offline", offline=instructions)
    order = ordered(candidate, live)
    until = sweeping.waits_until(order)
    assert (until.day, "Waits for you until" in text(buyer.get(page(order)))) == (day, True)
    for late, standing in ((timedelta(0), "open"), (timedelta(seconds=1), "given_up")):
        stopped_clock.at = until + late
        sweeping.sweep(now=clock.now())
        order.refresh_from_db()
        assert order.standing.value == standing


def test_g6_what_was_given_up_is_not_to_be_paid_and_can_be_ordered_again(
    live: Program, by_hand: None, buyer: Client, candidate: User
) -> None:
    order = ordered(candidate, live)
    buyer.post(f"{page(order)}give-up/")
    answer = buyer.get(page(order))
    assert ["To be paid" in text(answer), "/register/pay/?program=tiny" in answer.content.decode()] == [False, True]
    granted(candidate, live)
    assert "/register/pay/" not in buyer.get(page(order)).content.decode()


def test_g6_an_order_tells_to_whom_its_right_is_offered_and_given(
    bought: Order, candidate: User, stranger: User, buyer: Client
) -> None:
    right = Entitlement.objects.get()
    offer = giving.offer(right=right, giver=candidate, address=stranger.email, now=clock.now())
    link = f"/transfers/{offer.pk}/"
    answers = [buyer.get(page(bought)), buyer.get(f"{page(bought)}refund/")]
    assert all(link in answer.content.decode() and f"offered {stranger.email}" in text(answer) for answer in answers[:1])
    assert [link in answers[1].content.decode(), "that offer ends with it" in text(answers[1])] == [True, True]
    giving.accept(transfer=offer.pk, user=stranger, now=clock.now())
    given = buyer.get(page(bought))
    assert f"You gave your right to sit to {stranger.email}" in text(given)
    assert [link in given.content.decode(), "Ask for the money back" in text(given)] == [True, False]


def test_g6_an_offer_that_ended_is_not_told(bought: Order, candidate: User, stranger: User) -> None:
    right = Entitlement.objects.get()
    offer = giving.offer(right=right, giver=candidate, address=stranger.email, now=clock.now())
    assert of_an_order.latest(bought, now=clock.now()) == offer
    assert of_an_order.latest(bought, now=clock.now() + timedelta(days=14)) is None
    giving.accept(transfer=offer.pk, user=stranger, now=clock.now())
    assert of_an_order.latest(bought, now=clock.now()) == offer
    transfer(entitlement=Entitlement.objects.get(user=stranger), to=candidate, actor="tests", now=clock.now())
    assert of_an_order.latest(bought, now=clock.now()) is None


def test_g6_every_step_of_money_back_that_still_holds_is_listed(
    bought: Order, buyer: Client, stopped_clock: StoppedClock
) -> None:
    later = "After that, until the end of 16 March 2030, you get 50 USD back."
    assert [later in text(buyer.get(address)) for address in (page(bought), f"{page(bought)}refund/")] == [True, True]
    stopped_clock.at = datetime(2030, 2, 10, tzinfo=UTC)
    shown = text(buyer.get(page(bought)))
    assert ["you get 50 USD back" in shown, "After that" in shown] == [True, False]


def test_g6_no_step_is_listed_beyond_the_last_day_of_the_right(bought: Order, buyer: Client) -> None:
    for last, listed in ((datetime(2030, 2, 20, tzinfo=UTC), "20 February 2030"), (datetime(2030, 1, 20, tzinfo=UTC), None)):
        Entitlement.objects.update(valid_until=last.date())
        shown = text(buyer.get(page(bought)))
        assert ("After that" in shown, listed is None or listed in shown) == (listed is not None, True)


def test_g6_staff_see_who_is_to_pay_by_other_means_and_find_them_by_what_the_bank_shows(
    live: Program, by_hand: None, buyer: Client, desk: Client, candidate: User, staff: User
) -> None:
    order = ordered(candidate, live)
    short = finding_orders.short_number(order)
    assert (short, f"Write the number of the order, {short}, on your payment." in text(buyer.get(page(order)))) == (
        str(order.pk)[:8].upper(),
        True,
    )
    listed = text(desk.get(DESK))
    assert [word in listed for word in (candidate.email, short, "100 USD")] == [True] * 3
    offline.confirm(order=order, reference="bank 7", actor=staff, now=clock.now())
    assert candidate.email not in text(desk.get(DESK))
    for sought in (short, short.lower(), f"{short[:4]} {short[4:]}", str(order.pk)[:20], str(order.pk), order.pk.hex):
        assert candidate.email in text(desk.post(DESK, {"sought": sought})), sought
    assert candidate.email not in text(desk.post(DESK, {"sought": short[:7]}))


def test_g6_a_number_that_begins_as_another_is_told_whole(
    live: Program, by_hand: None, candidate: User, stranger: User
) -> None:
    first = ordered(candidate, live)
    twin = Order(
        pk=UUID(first.pk.hex[:8] + "0" * 24), user=stranger, program=live, price=1, currency="USD", opened_at=clock.now()
    )
    twin.save(force_insert=True)
    assert [finding_orders.short_number(one) for one in (first, twin)] == [str(first.pk), str(twin.pk)]
    assert set(finding_orders.found(first.pk.hex[:8])) == {first, twin}
    assert finding_orders.found(str(first.pk)) == [first]


def test_g6_where_all_is_paid_by_card_nobody_waits_for_the_bank(
    live: Program, checkout: Checkout, candidate: User, desk: Client, deliver: Deliver
) -> None:
    ordered(candidate, live)
    assert candidate.email not in text(desk.get(DESK))
