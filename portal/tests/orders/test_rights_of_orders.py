"""Whose the right to sit is after parts of the money went back, banks decided, and the right was given on (rule G6)."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.test import Client
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import settled, sitting
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay

from guildmark.rules.entitlement import Worth
from guildmark.rules.order import OrderStanding
from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import entitling
from guildmark_portal.exams.models import Entitlement, Program, Voided
from guildmark_portal.exams.refusals import EntitlementGone
from guildmark_portal.orders import books, refunding, rights, withdrawing
from guildmark_portal.orders.models import Order, Refund
from guildmark_portal.orders.refusals import ExamBegun, NotReturnable, RightGivenOn
from guildmark_portal.transfers import giving

pytestmark = [pytest.mark.django_db, pytest.mark.money]
PRIVATE = "Illness of Ada, see ticket 7."


@pytest.fixture
def bought(live: Program, checkout: Checkout, candidate: User, deliver: Deliver) -> Order:
    """What the candidate bought."""
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    deliver()
    return Order.objects.get(pk=order.pk)


def right_now(order: Order) -> Entitlement:
    right = rights.right_of(order)
    assert right is not None
    return right


def given_on(order: Order, to: User) -> Entitlement:
    assert order.user is not None
    offered = giving.offer(right=right_now(order), giver=order.user, address=to.email, now=clock.now())
    return giving.accept(transfer=offered.pk, user=to, now=clock.now())


def test_g6_a_part_that_the_provider_pays_back_on_its_own_leaves_the_right_while_it_is_under_way(
    bought: Order, live: Program, checkout: Checkout, candidate: User, deliver: Deliver
) -> None:
    opened = sitting(candidate, live).prepare()
    part = checkout.gives_back(bought.payment, 500, status="pending")
    deliver()
    assert (Order.objects.get().standing, right_now(bought).voided_at) == (OrderStanding.PAID, None)
    checkout.fails_to_give_back(part["id"])
    deliver()
    assert (Order.objects.get().standing, Entitlement.objects.count()) == (OrderStanding.PAID, 1)
    opened.begin()


def test_g6_parts_that_make_all_of_it_end_the_right_while_they_are_under_way(
    bought: Order, checkout: Checkout, deliver: Deliver
) -> None:
    for part in (4_000, 6_000):
        assert right_now(bought).voided_at is None
        checkout.gives_back(bought.payment, part, status="pending")
        deliver()
    assert (Order.objects.get().standing, right_now(bought).voided) == (OrderStanding.REFUND_ASKED, "refund")


@pytest.mark.parametrize(
    ("disputed_after", "won_after", "is_usable"),
    [(300, 1, False), (10, 300, True), (10, 1, True)],
    ids=["over before it was disputed", "over while it was disputed", "not over"],
)
def test_g6_what_was_over_before_it_was_disputed_does_not_come_back(
    bought: Order,
    checkout: Checkout,
    deliver: Deliver,
    stopped_clock: StoppedClock,
    disputed_after: int,
    won_after: int,
    *,
    is_usable: bool,
) -> None:
    stopped_clock.at += timedelta(days=disputed_after)
    dispute = checkout.disputes_it(bought.payment)
    deliver()
    stopped_clock.at += timedelta(days=won_after)
    checkout.decides(dispute, "won")
    deliver()
    assert (right_now(bought).worth(now=clock.now()) is Worth.USABLE) is is_usable
    assert (Order.objects.get().standing, Entitlement.objects.count()) == (OrderStanding.PAID, 1 + is_usable)


def test_g6_a_dispute_that_is_won_gives_the_right_back_to_who_had_accepted_it_though_the_giver_is_gone(
    bought: Order, checkout: Checkout, candidate: User, stranger: User, deliver: Deliver
) -> None:
    taken = given_on(bought, stranger)
    deletion.delete(user=candidate)
    dispute = checkout.disputes_it(bought.payment)
    deliver()
    taken.refresh_from_db()
    assert taken.voided == "dispute"
    checkout.decides(dispute, "won")
    deliver()
    again = right_now(Order.objects.get())
    assert (again.user, again.voided_at, again.valid_until) == (stranger, None, taken.valid_until)


def test_g6_the_reason_of_a_refund_is_told_to_the_buyer_and_not_to_who_was_given_the_right(
    bought: Order, stranger: User, staff: User, work_off: WorkOff
) -> None:
    User.objects.filter(pk=stranger.pk).update(language="en")
    taken = given_on(bought, stranger)
    work_off()
    outbox.outbox.clear()
    made = refunding.refund(order=bought, reason=PRIVATE, actor=staff, now=clock.now())
    work_off()
    taken.refresh_from_db()
    (letter,) = (one for one in outbox.outbox if one.to == [stranger.email])
    assert (PRIVATE in letter.body, "paid back" in letter.body) == (False, True)
    assert (made.reason, taken.voided, taken.void_reason) == (PRIVATE, "refund", "")


def test_g6_of_a_deleted_buyers_refund_an_address_that_nobody_proved_reads_no_reason(
    bought: Order, candidate: User, staff: User, work_off: WorkOff
) -> None:
    moved = entitling.transfer(entitlement=right_now(bought), to="new@example.org", actor=staff, now=clock.now())
    deletion.delete(user=candidate)
    refunding.refund(order=Order.objects.get(), reason=PRIVATE, actor=staff, now=clock.now())
    work_off()
    moved.refresh_from_db()
    (letter,) = (one for one in outbox.outbox if one.to == ["new@example.org"])
    assert (PRIVATE in letter.body, moved.void_reason) == (False, "")


def test_g6_the_buyer_who_has_the_right_reads_the_reason(
    bought: Order, candidate: User, staff: User, work_off: WorkOff
) -> None:
    refunding.refund(order=bought, reason=PRIVATE, actor=staff, now=clock.now())
    work_off()
    assert any(PRIVATE in one.body for one in outbox.outbox if one.to == [candidate.email])
    assert right_now(bought).void_reason == PRIVATE


def test_g6_while_a_part_is_on_its_way_back_to_the_buyer_staff_asks_for_no_second(
    live: Program, checkout: Checkout, candidate: User, staff: User, desk: Client, deliver: Deliver
) -> None:
    settled("refunds=14 days: 50%")
    live.refresh_from_db()
    order = ordered(candidate, live)
    checkout.pays(sent_to_pay(order))
    deliver()
    withdrawing.withdraw(order=order, user=candidate, now=clock.now())
    sent = {"act": "refund", "refund-reason": "All of it.", "refund-once": "a"}
    assert "There is nothing to pay back." in desk.post(f"/desk/orders/{order.pk}/", sent).content.decode()
    with pytest.raises(NotReturnable):
        refunding.refund(order=order, reason="All of it.", actor=staff, now=clock.now())
    assert Refund.objects.count() == 1
    deliver()
    refunding.refund(order=order, reason="The rest.", actor=staff, now=clock.now())
    deliver()
    assert (Order.objects.get().standing, checkout.left_of(Order.objects.get().payment)) == (OrderStanding.REFUNDED, 0)


def test_p2_a_dispute_about_a_part_takes_that_part_out_of_the_books(
    bought: Order, checkout: Checkout, deliver: Deliver
) -> None:
    dispute = checkout.disputes_it(bought.payment)
    checkout.disputes[dispute]["amount"] = 2_000
    deliver()
    checkout.decides(dispute, "lost")
    deliver()
    columns, listed = books.rows(books.Book.ORDERS, books.Span())
    assert str(dict(zip(columns, next(listed), strict=True))["held"]) == "80.00"


class TestAtTheSameMoment:
    """What one process read, another one has changed before the first one writes."""

    def test_g6_what_was_given_on_is_not_taken_for_gone(self, bought: Order, stranger: User, staff: User) -> None:
        stale = right_now(bought)
        given_on(bought, stranger)
        with pytest.raises(EntitlementGone):
            entitling.void(entitlement=stale, why=Voided.STAFF, actor=staff, now=clock.now())

    @pytest.mark.parametrize("begins", [False, True], ids=["accepted", "begun"])
    def test_g6_of_money_back_and_accepting_or_beginning_one_happens(
        self, bought: Order, candidate: User, stranger: User, monkeypatch: pytest.MonkeyPatch, *, begins: bool
    ) -> None:
        stale = withdrawing.on_offer(bought, now=clock.now())
        if begins:
            Entitlement.objects.update(spent_at=clock.now())
        else:
            given_on(bought, stranger)
        monkeypatch.setattr(withdrawing, "_offered", lambda *_order, **_now: stale)
        with pytest.raises(ExamBegun if begins else RightGivenOn):
            withdrawing.withdraw(order=bought, user=candidate, now=clock.now())
        assert (Refund.objects.count(), right_now(bought).voided_at) == (0, None)

    def test_g6_money_that_is_back_takes_the_right_along_though_it_is_given_on(
        self, bought: Order, checkout: Checkout, stranger: User, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stale, real = [right_now(bought)], rights.right_of
        taken = given_on(bought, stranger)
        checkout.gives_back(bought.payment, 10_000)
        monkeypatch.setattr(rights, "right_of", lambda order: stale.pop() if stale else real(order))
        deliver()
        taken.refresh_from_db()
        assert (taken.voided, stale) == ("refund", [])

    def test_g6_staff_that_read_it_before_it_was_given_on_pays_nothing_back(
        self, bought: Order, stranger: User, staff: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stale = right_now(bought)
        taken = given_on(bought, stranger)
        monkeypatch.setattr(refunding, "right_of", lambda _order: stale)
        with pytest.raises(EntitlementGone):
            refunding.refund(order=bought, reason="Asked.", actor=staff, now=clock.now())
        taken.refresh_from_db()
        assert (Refund.objects.count(), taken.voided_at) == (0, None)


def test_g6_what_was_paid_for_is_paid_back_also_where_all_who_had_the_right_are_gone(
    bought: Order, checkout: Checkout, candidate: User, stranger: User, staff: User, deliver: Deliver
) -> None:
    given_on(bought, stranger)
    deletion.delete(user=candidate)
    deletion.delete(user=stranger)
    refunding.refund(order=Order.objects.get(), reason="Asked.", actor=staff, now=clock.now())
    deliver()
    assert (Order.objects.get().standing, checkout.left_of(bought.payment)) == (OrderStanding.REFUNDED, 0)
