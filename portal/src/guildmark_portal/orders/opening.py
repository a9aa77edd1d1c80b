"""Opening an order, and giving it up before it is paid.

One of a person and program is open at a time: whoever asks again, in another tab or on another device, gets the same. It keeps
its price, and its terms of money back. A voucher's part is reserved with it, and free again once it is given up.
"""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from guildmark.protocol import ExamKind
from guildmark.rules.refund import written_steps
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.conditions import require_conditions
from guildmark_portal.exams.entitling import claim, usable
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.refusals import ProgramNotOpen
from guildmark_portal.exams.registering import require_handbook
from guildmark_portal.orders import settling
from guildmark_portal.orders.models import GivenUp, Order
from guildmark_portal.orders.refusals import AlreadyEntitled, NothingSold
from guildmark_portal.vouchers import redeeming
from guildmark_portal.vouchers.models import Use
from guildmark_portal.vouchers.refusals import VoucherInAnOrder


def open_of(*, user: User, program: Program) -> Order | None:
    """The order of that person and program that is open."""
    return Order.objects.filter(user=user, program=program, paid_at=None, given_up_at=None).first()


def is_sold(program: Program) -> bool:
    """Whether the right to sit is to be bought here."""
    return bool(settings.PAYMENTS.mode) and program.is_open and not program.is_free and program.kind == ExamKind.LIVE.value


def open_order(*, user: User, program: Program, now: datetime, code: str = "") -> Order:
    """The open order of `user`: the one that is there, else a new one at the price of now, less a voucher's part.

    One that is there without the voucher of `code` is given up for a new one. An order of nothing is paid at once.

    Raises `NothingSold`, `ProgramNotOpen`, `AlreadyEntitled`, what speaks against registering, `RegistrationIncomplete` before
    the handbook is acknowledged, what `vouchers.refusals` names, and as `give_up` does where an earlier order stays.
    """
    before = open_of(user=user, program=program)
    if code and before is not None and not has_voucher(before, code=code):
        _make_room(before, user=user, code=code, now=now)
    return _open(user=user, program=program, now=now, code=code)


def _make_room(before: Order, *, user: User, code: str, now: datetime) -> None:
    """Give an order up that was opened without the voucher, if the voucher is good."""
    try:
        redeeming.quote(code=code, user=user, program=before.program, now=now)
    except VoucherInAnOrder:  # another tab may have been quicker
        by_now = open_of(user=user, program=before.program)
        if by_now is None or not has_voucher(by_now, code=code):
            raise
        return
    give_up(order=before, actor=user, now=now)


def has_voucher(order: Order, *, code: str) -> bool:
    """Whether the voucher of `code` is taken off the order already. Raises `NoSuchVoucher`."""
    return Use.objects.filter(once=order.once, voucher=redeeming.found(code)).exists()


@transaction.atomic
def _open(*, user: User, program: Program, now: datetime, code: str) -> Order:
    User.objects.select_for_update().get(pk=user.pk)  # two tabs come one after the other
    claim(user=user, now=now)
    if usable(user=user, program=program, now=now) is not None:
        raise AlreadyEntitled
    if (before := open_of(user=user, program=program)) is not None:
        return before
    if not program.is_open:
        raise ProgramNotOpen
    if not is_sold(program):
        raise NothingSold
    require_conditions(user=user, program=program, now=now)
    require_handbook(user=user, program=program, now=now)
    return _opened(user=user, program=program, code=code, now=now)


def _opened(*, user: User, program: Program, code: str, now: datetime) -> Order:
    price = redeeming.price_of(program)
    try:
        with transaction.atomic():
            order = Order.objects.create(
                user=user,
                program=program,
                price=price.amount,
                currency=price.currency,
                refund_terms=written_steps(program.policy.refunds),
                opened_at=now,
            )
    except IntegrityError:  # another process was quicker
        before = open_of(user=user, program=program)
        if before is None:
            raise
        return before
    if code:
        use = redeeming.reserve(code=code, user=user, program=program, once=order.once, now=now, price=price)
        order.discount = min(use.discount, order.price)
        order.save(update_fields=["discount"])
    detail = {"program": program.slug, "due": order.due.amount, "currency": order.currency}
    audit.record(actor=user, action="order.opened", subject=order, detail=detail)
    if not order.due:
        settling.pay(order, paid=order.due, now=now)
        order.refresh_from_db()
    return order


def give_up(*, order: Order, actor: User, now: datetime) -> bool:
    """Give an order up before it is paid: its page of payment is closed first, so that it cannot be paid afterwards.

    False if that was done before. Raises `OrderPaid` where it is paid, or being paid, and `PaymentUnavailable`.
    """
    return settling.close(order, why=GivenUp.BUYER, actor=actor, now=now)
