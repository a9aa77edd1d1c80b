"""Orders, vouchers and rights to sit while settings change and another exam version goes live in the middle (rules P2, G6)."""

from datetime import UTC, datetime, timedelta

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import MakeBank, Sitting
from portal.tests.exams.paid_exam import settled
from pytest_django import Settings

from guildmark.rules.exam_stage import Stage
from guildmark.rules.voucher import VoucherKind, VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services, stages
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.exams.refusals import ProgramNotOpen, WindowClosed
from guildmark_portal.orders import offline, opening
from guildmark_portal.payments_config import Payments
from guildmark_portal.vouchers.making import Plan, code_of, make
from guildmark_portal.vouchers.redeeming import redeem

pytestmark = [pytest.mark.django_db, pytest.mark.money]
CLOSES = datetime(2030, 1, 20, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.fixture
def sold(live: Program, settings: Settings) -> Program:
    """The live exam, paid for by a transfer of money that staff confirm."""
    settings.PAYMENTS = Payments("offline")
    return live


def test_p2_g6_what_was_ordered_keeps_its_price_and_sits_what_is_live_when_it_registers(
    sold: Program, candidate: User, staff: User, make_bank: MakeBank
) -> None:
    order = opening.open_order(user=candidate, program=sold, now=clock.now())
    settled("fee=150")
    bank = make_bank(visibility="private", version="2030.2", pass_mark=50)
    bank.calibrate()
    second = services.publish(bank.folder, sold.exam_kind, "tests")
    assert offline.confirm(order=order, reference="transfer 7", actor=staff, now=clock.now())
    right = Entitlement.objects.get(user=candidate)
    assert right.policy_version is not None
    assert (order.due.amount, right.policy_version.policy.price) == (10_000, "150 USD")
    settled("fee=90")
    attempt = Sitting(candidate, "tiny").attempt
    assert (attempt.exam_version, attempt.entitlement, attempt.settled.price) == (second, right, "90 USD")


def test_p2_nobody_buys_what_is_live_no_more(sold: Program, candidate: User) -> None:
    version = sold.versions.get()
    stages.step(version=version, to=Stage.RETIRED, actor="tests", reason="A task is broken.", now=clock.now())
    with pytest.raises(ProgramNotOpen):
        opening.open_order(user=candidate, program=sold, now=clock.now())


def test_p2_nobody_buys_or_uses_a_voucher_from_the_close_of_registration_on(
    sold: Program, candidate: User, stranger: User, stopped_clock: StoppedClock
) -> None:
    settled("registration_closes_at=2030-01-20 00:00")
    plan = Plan(name="Class", value=VoucherValue(VoucherKind.FULL), count=2, uses=1, program=sold)
    codes = [code_of(voucher) for voucher in make(plan=plan, actor="tests", now=clock.now()).vouchers.order_by("number")]
    program = Program.objects.get()
    stopped_clock.at = CLOSES - TICK
    assert opening.open_order(user=stranger, program=program, now=clock.now()).due.amount == 10_000
    redeem(code=codes[0], user=candidate, program=program, now=clock.now())
    stopped_clock.at = CLOSES
    for act in (
        lambda: opening.open_order(user=User.objects.create_user("late@example.org"), program=program, now=clock.now()),
        lambda: redeem(code=codes[1], user=stranger, program=program, now=clock.now()),
    ):
        with pytest.raises(WindowClosed):
            act()
