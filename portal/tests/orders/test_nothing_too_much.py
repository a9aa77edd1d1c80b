"""Nobody pays more than they owe: a voucher that comes after the order, and a right that comes another way (rules G6, G7)."""

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import granted, settled
from portal.tests.operations.conftest import text
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay
from portal.tests.vouchers.conftest import HALF, Made, code, made

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders import opening
from guildmark_portal.orders.books import Book, Span, rows
from guildmark_portal.orders.models import GivenUp, Order
from guildmark_portal.orders.refusals import AlreadyEntitled, OrderPaid
from guildmark_portal.vouchers import redeeming
from guildmark_portal.vouchers.models import Use
from guildmark_portal.vouchers.refusals import NoSuchVoucher, VoucherInAnOrder

__all__ = ["made"]
pytestmark = [pytest.mark.django_db, pytest.mark.money]
PAY = "/register/pay/"


def test_g7_a_voucher_that_comes_after_the_order_is_taken_off_a_new_one(
    live: Program, checkout: Checkout, made: Made, buyer: Client
) -> None:
    buyer.post(PAY, {"program": "tiny"})
    first = Order.objects.get()
    buyer.get(f"/register/voucher/{code(made(value=HALF))}/")
    shown = text(buyer.get(PAY))
    assert ("Order and pay 50 USD" in shown, "which is not paid, is given up for this one" in shown) == (True, True)
    buyer.post(PAY, {"program": "tiny"})
    first.refresh_from_db()
    second = Order.objects.exclude(pk=first.pk).get()
    assert (first.given_up, checkout.sessions["cs_test_1"]["status"]) == ("buyer", "expired")
    assert (second.discount, [*checkout.sessions.values()][-1]["amount_total"]) == (5000, 5000)


def test_g7_two_tabs_with_one_voucher_get_one_order(live: Program, checkout: Checkout, made: Made, candidate: User) -> None:
    plain, typed = ordered(candidate, live), code(made(value=HALF))
    anew = [ordered(candidate, live, code=typed) for _ in range(3)]
    assert ({one.pk for one in anew}, Order.objects.count(), Use.objects.count()) == ({anew[0].pk}, 2, 1)
    assert anew[0].pk != plain.pk


def test_g7_a_tab_that_comes_second_gets_the_order_of_the_first(
    live: Program, checkout: Checkout, made: Made, candidate: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(candidate, live)
    typed, quote = code(made(value=HALF)), redeeming.quote

    def overtaken(**asked: object) -> object:
        monkeypatch.setattr(redeeming, "quote", quote)
        overtaken.first = ordered(candidate, live, code=typed)  # type: ignore[attr-defined]
        return quote(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(redeeming, "quote", overtaken)
    assert ordered(candidate, live, code=typed) == overtaken.first  # type: ignore[attr-defined]


def test_g7_an_order_stays_where_the_voucher_is_no_good_or_the_payment_is_under_way(
    live: Program, checkout: Checkout, made: Made, candidate: User, deliver: Deliver
) -> None:
    before, typed = ordered(candidate, live), code(made(value=HALF))
    with pytest.raises(NoSuchVoucher):
        ordered(candidate, live, code="ABCDEF-ABCDEF-ABCDEF")
    checkout.pays(sent_to_pay(before))
    with pytest.raises(OrderPaid):
        ordered(candidate, live, code=typed)
    deliver()
    assert (Order.objects.get().standing.value, Use.objects.count()) == ("paid", 0)


def test_g7_a_voucher_in_the_order_of_another_exam_is_not_taken_twice(
    live: Program, checkout: Checkout, made: Made, candidate: User
) -> None:
    typed, before = code(made(value=HALF)), ordered(candidate, live)
    redeeming.reserve(code=typed, user=candidate, program=live, once="order:another", now=clock.now())
    with pytest.raises(VoucherInAnOrder):
        ordered(candidate, live, code=typed)
    assert opening.open_of(user=candidate, program=live) == before


def test_g6_an_order_is_given_up_when_the_right_comes_another_way(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    reference = sent_to_pay(order)
    granted(candidate, live, source="staff")
    work_off()
    order.refresh_from_db()
    assert (order.given_up, checkout.sessions[reference]["status"]) == (GivenUp.NEEDLESS, "expired")
    assert Entitlement.objects.count() == 1


def test_g6_a_right_that_waited_for_the_address_gives_the_order_up_too(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    Entitlement.objects.filter(pk=granted(candidate, live, source="staff").pk).update(user=None)
    work_off()
    order.refresh_from_db()
    assert order.given_up_at is None
    with pytest.raises(AlreadyEntitled):
        sent_to_pay(order)
    work_off()
    order.refresh_from_db()
    assert order.given_up == GivenUp.NEEDLESS


def test_g6_a_pilot_and_the_right_of_the_order_itself_give_nothing_up(
    live: Program, checkout: Checkout, candidate: User, deliver: Deliver, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    granted(candidate, live, source="pilot")
    work_off()
    checkout.pays(sent_to_pay(order))
    deliver()
    order.refresh_from_db()
    assert (order.standing.value, order.given_up) == ("paid", "")


def test_g6_what_is_paid_at_the_moment_the_right_comes_stays(
    live: Program, checkout: Checkout, candidate: User, work_off: WorkOff
) -> None:
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    granted(candidate, live, source="staff")
    work_off()
    order.refresh_from_db()
    assert (order.standing.value, Entitlement.objects.filter(voided_at=None).count()) == ("paid", 2)


def test_g6_whoever_has_the_right_is_not_shown_a_price(live: Program, checkout: Checkout, candidate: User) -> None:
    granted(candidate, live, source="staff")
    answer = signed_in(candidate, minutes_ago=1).get(PAY, follow=True)
    assert ("You have the right to sit this exam already" in text(answer), answer.redirect_chain[0][0]) == (
        True,
        "/register/?program=tiny",
    )


def test_g7_a_full_voucher_in_an_order_is_a_voucher_and_no_payment(
    live: Program, checkout: Checkout, made: Made, candidate: User
) -> None:
    ordered(candidate, live, code=code(made()))
    assert (Entitlement.objects.get().source, list(rows(Book.ORDERS, Span())[1])) == ("voucher", [])


def test_g7_the_voucher_that_was_brought_along_can_be_left_out(
    live: Program, checkout: Checkout, made: Made, buyer: Client
) -> None:
    buyer.get(f"/register/voucher/{code(made(value=HALF))}/")
    assert "Go on without the voucher" in text(buyer.get(PAY))
    shown = text(buyer.post(PAY, {"program": "tiny", "forget": "yes"}, follow=True))
    assert ("Order and pay 100 USD" in shown, Order.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    ("refunds", "said"),
    [
        (
            "14 days: 100%, 60 days: 50%",
            [
                "Up to 14 days after the payment you get all of it back",
                "Up to 60 days after the payment you get 50 percent of it back",
            ],
        ),
        ("none", ["It is paid back until you start the exam's clock, if the organisation agrees"]),
    ],
)
def test_g6_the_terms_of_money_back_stand_beside_the_button_that_binds(
    live: Program, checkout: Checkout, buyer: Client, refunds: str, said: list[str]
) -> None:
    settled(f"refunds={refunds}")
    shown = text(buyer.get(PAY))
    assert [one in shown for one in said] == [True] * len(said)
    assert "Begin it within 6 months." in shown
