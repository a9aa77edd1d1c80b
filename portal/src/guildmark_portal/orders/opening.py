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


def open_of(*, user: User, program: Program) -> Order | None:
    """The order of that person and program that is open."""
    return Order.objects.filter(user=user, program=program, paid_at=None, given_up_at=None).first()


def is_sold(program: Program) -> bool:
    """Whether the right to sit is to be bought here."""
    return bool(settings.PAYMENTS.mode) and program.is_open and not program.is_free and program.kind == ExamKind.LIVE.value


@transaction.atomic
def open_order(*, user: User, program: Program, now: datetime, code: str = "") -> Order:
    """The open order of `user`: the one that is there, else a new one at the price of now, less a voucher's part.

    An order of nothing is paid at once. Raises `NothingSold`, `ProgramNotOpen`, `AlreadyEntitled`, what speaks against
    registering, `RegistrationIncomplete` before the handbook is acknowledged, and what `vouchers.refusals` names.
    """
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
