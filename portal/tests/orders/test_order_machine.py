"""Orders through anything that happens to them, in any order (rule G6): no right twice, none lost, money and vouchers add up.

Hypothesis chooses the steps: orders with and without a voucher, payments by card and by slow banks, pages that run out,
messages that are delivered twice, late, in any order or never, a provider that is down or whose answers are lost, refunds of
staff, of buyers by themselves and by the provider's own hand, refunds that fail, disputes, rights that are offered, accepted,
withdrawn and given on at the desk, exams that begin, orders given up, and time. At the end
everything is looked at once, without a message, and held against the provider's books. Each run is rolled back.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, Protocol, TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from portal.tests.conftest import StoppedClock, _account, person_with
from portal.tests.exams.conftest import WorkOff
from portal.tests.exams.paid_exam import settled
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import ordered, post, sent_to_pay
from portal.tests.vouchers.conftest import HALF, Made, code, made

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import entitling
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.orders import opening, provider, refunding, settling, sweeping, withdrawing
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.rights import _granted
from guildmark_portal.transfers import giving
from guildmark_portal.transfers.models import Transfer
from guildmark_portal.vouchers.models import Use

__all__ = ["made"]
pytestmark = [pytest.mark.django_db, pytest.mark.money]
_RUNS = 100
Found = TypeVar("Found")
places = st.integers(0, 5)
people = st.integers(0, 1)


def one_of(rows: Iterable[Found], place: int) -> Found:
    """One of what is there: a rule is chosen only where there is something for it to do."""
    listed = list(rows)
    return listed[place % len(listed)]


def where(asked: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Choose the rule only where there is something for it to do."""
    return precondition(lambda machine: bool(asked(machine)))


def orders(*, paid: bool) -> list[Order]:
    return list(Order.objects.filter(paid_at__isnull=not paid, given_up_at=None).order_by("opened_at", "pk"))


def unspent() -> list[Entitlement]:
    return list(Entitlement.objects.filter(voided_at=None, spent_at=None).order_by("pk"))


def rights_of(order: Order) -> list[Entitlement]:
    """Every right that an order ever brought, those among them that it was given on as."""
    found = list(_granted(order))
    for right in found:  # it grows while it is read
        found += Entitlement.objects.filter(once=f"moved:{right.pk}")
    return found


class World(Protocol):
    program: Program
    checkout: Checkout
    stopped: StoppedClock
    work_off: WorkOff
    buyers: list[User]
    staff: User
    voucher: str


class Orders(RuleBasedStateMachine):
    """Two buyers, one voucher for one use."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.began = self.world.stopped.at
        url = self.checkout.url
        self.checkout.__init__()  # type: ignore[misc]  # a new account at the provider
        self.checkout.url = url

    def teardown(self) -> None:
        try:
            self.everything_is_looked_at()
            self.books_agree()
        finally:
            transaction.set_rollback(True)
            self.rolled_back.__exit__(None, None, None)
            self.world.stopped.at = self.began

    @property
    def checkout(self) -> Checkout:
        return self.world.checkout

    @initialize(brings=st.booleans(), pays=st.sampled_from([True, True, False]))
    def one_has_ordered(self, *, brings: bool, pays: bool) -> None:
        """Most begin with a right that was bought: what follows has something to be about."""
        self.order_and_go_to_pay(who=0, brings=brings, lost=0)
        if pays:
            self.pay(place=0, later=False)
            self.a_message_arrives(place=0, times=1, stays=False)
            self.jobs_run(is_down=False)

    def a_second_passes(self) -> None:
        """So that what happens in a run is in the same order when the run is repeated."""
        self.world.stopped.at += timedelta(seconds=1)

    # The buyers ---------------------------------------------------------------------------------------------------

    @rule(who=people, brings=st.booleans(), lost=st.sampled_from([0, 0, 2]))
    def order_and_go_to_pay(self, who: int, *, brings: bool, lost: int) -> None:
        self.a_second_passes()
        self.checkout.loses_answers = lost
        with suppress(Refused):
            order = ordered(self.world.buyers[who], self.world.program, code=self.world.voucher if brings else "")
            sent_to_pay(order)
        self.checkout.loses_answers = 0

    @where(lambda self: self.pages("open"))
    @rule(place=places, later=st.sampled_from([False, False, True]))
    def pay(self, place: int, *, later: bool) -> None:
        self.checkout.pays(one_of(self.pages("open"), place), later=later)

    @where(lambda self: self.slow())
    @rule(place=places, well=st.booleans())
    def a_bank_answers(self, place: int, *, well: bool) -> None:
        self.checkout.clears(one_of(self.slow(), place), well=well)

    @where(lambda _self: orders(paid=False))
    @rule(place=places)
    def give_up(self, place: int) -> None:
        order = one_of(orders(paid=False), place)
        assert order.user is not None
        with suppress(Refused):
            opening.give_up(order=order, actor=order.user, now=clock.now())

    @where(lambda _self: unspent())
    @rule(place=places, is_decided=st.sampled_from([False, False, True]))
    def begin(self, place: int, *, is_decided: bool) -> None:
        """The clock of an exam starts: as `beginning` does it, by a condition on the row."""
        if is_decided:
            right = one_of(unspent(), place)
            Entitlement.objects.filter(pk=right.pk, spent_at=None, voided_at=None).update(spent_at=clock.now())

    @where(lambda _self: orders(paid=True))
    @rule(place=places)
    def take_back(self, place: int) -> None:
        """A buyer asks for the money by themselves: never once the exam is begun, or the right is another's."""
        order = one_of(orders(paid=True), place)
        held = [right for right in rights_of(order) if right.voided_at is None]
        was_asked = order.refunds.filter(once__startswith="withdrawn:").exists()
        assert order.user is not None
        with suppress(Refused):
            withdrawing.withdraw(order=order, user=order.user, now=clock.now())
            assert was_asked or [(right.user_id, right.spent_at) for right in held] == [(order.user_id, None)]

    @where(lambda _self: unspent())
    @rule(place=places)
    def offer(self, place: int) -> None:
        right = one_of(unspent(), place)
        (other,) = (buyer for buyer in self.world.buyers if buyer != right.user)
        self.a_second_passes()
        assert right.user is not None
        with suppress(Refused):
            giving.offer(right=right, giver=right.user, address=other.email, now=clock.now())

    @where(lambda _self: Transfer.objects.exists())
    @rule(place=places, answer=st.sampled_from(["accept", "accept", "decline", "withdraw"]))
    def answer(self, place: int, answer: str) -> None:
        transfer = one_of(Transfer.objects.order_by("offered_at", "pk"), place)
        reader = User.objects.get(email=transfer.address)
        with suppress(Refused):
            if answer == "withdraw":
                giving.withdraw(transfer=transfer.pk, giver=transfer.giver, now=clock.now())
            elif answer == "decline":
                giving.decline(transfer=transfer.pk, user=reader, now=clock.now())
            else:
                giving.accept(transfer=transfer.pk, user=reader, now=clock.now())

    @where(lambda _self: unspent())
    @rule(place=places, who=people)
    def staff_gives_on(self, place: int, who: int) -> None:
        right = one_of(unspent(), place)
        with suppress(Refused):
            entitling.transfer(entitlement=right, to=self.world.buyers[who], actor=self.world.staff, now=clock.now())

    # The provider, and staff --------------------------------------------------------------------------------------

    @where(lambda self: self.checkout.outbox)
    @rule(place=places, times=st.integers(1, 2), stays=st.booleans())
    def a_message_arrives(self, place: int, times: int, *, stays: bool) -> None:
        body = one_of(self.checkout.outbox, place)
        assert {post(body).status_code for _time in range(times)} == {200}
        if not stays:
            self.checkout.outbox.remove(body)

    @rule(is_down=st.sampled_from([False, False, True]))
    def jobs_run(self, *, is_down: bool) -> None:
        self.checkout.is_down = is_down
        self.world.work_off()
        self.checkout.is_down = False

    @rule(hours=st.sampled_from([1, 3, 25]))
    def time_goes_on(self, hours: int) -> None:
        self.world.stopped.at += timedelta(hours=hours)
        sweeping.sweep(now=clock.now())

    @where(lambda _self: orders(paid=True))
    @rule(place=places)
    def staff_pays_back(self, place: int) -> None:
        with suppress(Refused):
            refunding.refund(order=one_of(orders(paid=True), place), reason="Asked.", actor=self.world.staff, now=clock.now())

    @where(lambda self: self.payments())
    @rule(place=places, part=st.sampled_from([1, 100]))
    def the_provider_pays_back(self, place: int, part: int) -> None:
        payment = one_of(self.payments(), place)
        left = self.checkout.left_of(payment) * part // 100
        if left and not self.is_disputed(payment):
            self.checkout.gives_back(payment, left)

    @where(lambda self: self.checkout.refunds)
    @rule(place=places)
    def a_refund_fails(self, place: int) -> None:
        self.checkout.fails_to_give_back(one_of(self.checkout.refunds, place))

    @where(lambda self: self.payments())
    @rule(place=places, inquires=st.booleans())
    def a_bank_disputes(self, place: int, *, inquires: bool) -> None:
        payment = one_of(self.payments(), place)
        if not any(one["payment_intent"] == payment for one in self.checkout.disputes.values()):
            self.checkout.disputes_it(payment, status="warning_needs_response" if inquires else "needs_response")

    @where(lambda self: self.open_disputes())
    @rule(place=places, decided=st.sampled_from(["won", "lost"]))
    def a_dispute_is_decided(self, place: int, decided: str) -> None:
        self.checkout.decides(one_of(self.open_disputes(), place), decided)

    def pages(self, status: str) -> list[str]:
        return [reference for reference, page in self.checkout.sessions.items() if page["status"] == status]

    def slow(self) -> list[str]:
        sessions = self.checkout.sessions
        return [one for one in self.pages("complete") if sessions[one]["payment_status"] == "unpaid"]

    def payments(self) -> list[str]:
        return [payment for payment, it in self.checkout.intents.items() if it["status"] == "succeeded"]

    def open_disputes(self) -> list[str]:
        return [one for one, it in self.checkout.disputes.items() if it["status"] == "needs_response"]

    def is_disputed(self, payment: str) -> bool:
        taking = {"needs_response", "lost"}
        return any(it["payment_intent"] == payment and it["status"] in taking for it in self.checkout.disputes.values())

    # What always holds --------------------------------------------------------------------------------------------

    @invariant()
    def nobody_has_two_rights_for_one_order(self) -> None:
        standing = 0
        for order in Order.objects.all():
            held = sum(right.voided_at is None for right in rights_of(order))
            assert held <= (order.paid_at is not None)
            standing += held
        assert Entitlement.objects.filter(voided_at=None).count() == standing

    @invariant()
    def what_was_accepted_is_one_right_instead_of_another(self) -> None:
        for transfer in Transfer.objects.filter(accepted_at__isnull=False).select_related("right", "taken"):
            assert (transfer.right.voided, transfer.right.spent_at) == ("moved", None)
            assert transfer.taken is not None
            assert (transfer.taken.once, transfer.taken.user_id) == (f"moved:{transfer.right_id}", transfer.taken_by_id)

    @invariant()
    def a_voucher_is_held_by_those_who_may(self) -> None:
        for use in Use.objects.all():
            order = Order.objects.get(pk=use.once.removeprefix("order:"))
            assert order.given_up_at is None
            assert (use.consumed_at is not None) == (order.paid_at is not None)
        assert Use.objects.count() <= 1

    def everything_is_looked_at(self) -> None:
        """Without one message that is delivered: the provider's list is read, every order asked for, what is due done."""
        self.checkout.is_down, self.checkout.outbox = False, []
        sweeping.sweep(now=clock.now())
        found = provider.configured()
        assert found is not None
        for _time in range(2):
            self.world.stopped.at += timedelta(minutes=30)
            self.world.work_off()
            for order in Order.objects.all():
                settling.settle(order, provider=found, now=clock.now())

    def books_agree(self) -> None:
        """Each payment at the provider is an order's, and the right is there exactly while the money is."""
        paid = {one["payment_intent"]: one for one in self.checkout.sessions.values() if one["payment_status"] == "paid"}
        assert set(Order.objects.filter(paid_at__isnull=False).values_list("payment", flat=True)) == set(paid)
        for order in Order.objects.filter(paid_at__isnull=False):
            session = paid[order.payment]
            assert (session["client_reference_id"], session["amount_total"]) == (str(order.pk), order.paid)
            disputed = self.is_disputed(order.payment)
            assert order.facts.held.amount == (0 if disputed else self.checkout.left_of(order.payment))
            self.right_agrees(order, is_disputed=disputed)

    def right_agrees(self, order: Order, *, is_disputed: bool) -> None:
        rights = [right for right in rights_of(order) if right.voided_at is None]
        asked = any(one.ends_right for one in order.refunds.all())
        is_worth = not is_disputed and not asked and self.checkout.left_of(order.payment) > 0
        if not any(right.spent_at for right in rights):
            assert len(rights) == is_worth


def test_g6_orders_add_up_whatever_happens_to_them(
    live: Program, checkout: Checkout, made: Made, stopped_clock: StoppedClock, work_off: WorkOff
) -> None:
    settled("refunds=1 days: 100%, 2 days: 50%")
    live.refresh_from_db()

    class OfThisTest(Orders):
        class world:  # noqa: N801 - what the protocol names
            program, stopped = live, stopped_clock
            buyers: ClassVar = [_account(f"buyer{number}@example.org", "Buyer") for number in range(2)]
            staff = person_with("support")
            voucher = code(made(value=HALF, uses=1))

    OfThisTest.world.checkout, OfThisTest.world.work_off = checkout, staticmethod(work_off)  # type: ignore[attr-defined]
    run_state_machine_as_test(
        OfThisTest,
        settings=settings(
            max_examples=_RUNS, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), database=None
        ),
    )
