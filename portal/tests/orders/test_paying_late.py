"""An order that is paid late, or of too little: after the close of registration nobody pays for nothing (G6, P2)."""

from datetime import UTC, datetime, timedelta

import pytest
from portal.tests.conftest import StoppedClock, person_with
from portal.tests.exams.paid_exam import settled, sitting
from portal.tests.orders.checkout import Checkout
from portal.tests.orders.conftest import Deliver, ordered, sent_to_pay
from portal.tests.vouchers.conftest import code

from guildmark.rules.money import Money
from guildmark.rules.voucher import VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.exams.refusals import WindowClosed
from guildmark_portal.orders import offline, sweeping
from guildmark_portal.orders.models import CheckoutSession, Order
from guildmark_portal.orders.refusals import RestTooSmall
from guildmark_portal.vouchers.making import Plan, make

pytestmark = [pytest.mark.django_db, pytest.mark.money]
CLOSES = datetime(2030, 1, 20, tzinfo=UTC)


@pytest.fixture
def order(live: Program, checkout: Checkout, candidate: User, stopped_clock: StoppedClock) -> Order:
    """Opened three hours before the close of registration, two days before that of the window."""
    stopped_clock.at = CLOSES - timedelta(hours=3)
    return ordered(candidate, settled("closes_at=2030-01-22 00:00", "registration_closes_at=2030-01-20 00:00"))


def test_p2_no_order_is_paid_after_the_close_of_registration(
    order: Order, checkout: Checkout, stopped_clock: StoppedClock
) -> None:
    stopped_clock.at = CLOSES
    with pytest.raises(WindowClosed, match="closed on 20 January 2030"):
        sent_to_pay(order)
    with pytest.raises(WindowClosed):
        offline.confirm(order=order, reference="R", actor=person_with("owner"), now=clock.now())
    assert not checkout.sessions
    assert not Entitlement.objects.exists()


def test_p2_a_payment_that_was_confirmed_is_confirmed_again_after_the_close(order: Order, stopped_clock: StoppedClock) -> None:
    staff = person_with("owner")
    assert offline.confirm(order=order, reference="R", actor=staff, now=clock.now())
    stopped_clock.at = CLOSES
    assert offline.confirm(order=Order.objects.get(), reference="R", actor=staff, now=clock.now()) is False


@pytest.mark.parametrize(
    ("before", "lasts"),
    [
        (timedelta(hours=3), timedelta(hours=2)),
        (timedelta(minutes=50), timedelta(minutes=50)),
        (timedelta(minutes=5), timedelta(minutes=31)),
    ],
)
def test_p2_a_page_of_payment_ends_with_registration_as_far_as_the_provider_allows(
    order: Order, stopped_clock: StoppedClock, before: timedelta, lasts: timedelta
) -> None:
    stopped_clock.at = CLOSES - before
    sent_to_pay(order)
    assert CheckoutSession.objects.get().expires_at == clock.now() + lasts


def test_p2_who_pays_in_the_last_minutes_has_a_right_that_can_be_begun(
    order: Order, checkout: Checkout, candidate: User, deliver: Deliver, stopped_clock: StoppedClock
) -> None:
    stopped_clock.at = CLOSES - timedelta(minutes=5)
    page = sent_to_pay(order)
    stopped_clock.at = CLOSES + timedelta(minutes=10)
    checkout.pays(page)
    deliver()
    assert sitting(candidate, order.program).prepare().begin().attempt.started_at is not None


def test_p2_nobody_is_sent_to_pay_what_could_not_be_begun_any_more_by_then(
    order: Order, checkout: Checkout, candidate: User, stopped_clock: StoppedClock
) -> None:
    settled("closes_at=2030-01-20 00:00")
    stopped_clock.at = CLOSES - timedelta(minutes=30)
    with pytest.raises(WindowClosed, match="a payment takes too long for that"):
        sent_to_pay(Order.objects.get())
    assert not checkout.sessions


def test_p2_the_sweep_gives_up_what_was_not_paid_by_the_close(
    order: Order, checkout: Checkout, stopped_clock: StoppedClock
) -> None:
    stopped_clock.at = CLOSES - timedelta(minutes=5)
    page = sent_to_pay(order)
    sweeping.sweep(now=clock.now())
    assert Order.objects.get().given_up_at is None
    stopped_clock.at = CLOSES
    assert sweeping.waits_until(order) == CLOSES
    sweeping.sweep(now=clock.now())
    assert (Order.objects.get().given_up, checkout.sessions[page]["status"]) == ("expired", "expired")


def test_g7_a_rest_below_what_the_provider_takes_is_told_as_that(live: Program, checkout: Checkout, candidate: User) -> None:
    plan = Plan(name="B", value=VoucherValue.of(Money(9_980, "USD")), program=live)
    order = ordered(candidate, live, code=code(make(plan=plan, actor="tests", now=clock.now())))
    with pytest.raises(RestTooSmall, match="less than the payment provider takes"):
        sent_to_pay(order)
    assert not CheckoutSession.objects.filter(ended_at=None).exists()
