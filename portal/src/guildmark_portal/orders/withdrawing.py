"""A buyer who thinks better of it before the exam begins has money back by themselves (rule G6), by the terms of the order.

    terms of the order ──> on_offer: how much, until when ──> withdraw: the right is taken back, and money is asked for

The right is taken back in the transaction that asks for the money, by a condition on its row: where the clock starts at that
very moment, or somebody accepts it who was offered it, one of the two happens. What was given on to somebody else is theirs,
and no money comes back for it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.rules.entitlement import Worth
from guildmark.rules.money import Money
from guildmark.rules.refund import RefundStep, money_back, parse_steps, step_at
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.exams.refusals import EntitlementGone
from guildmark_portal.orders import letters, refunding
from guildmark_portal.orders.models import Order, Refund
from guildmark_portal.orders.refusals import ExamBegun, NothingComesBack, RightGivenOn, RightNoMore
from guildmark_portal.orders.rights import right_of


@dataclass(frozen=True)
class Offered:
    """What comes back for an order now, up to the end of the day `until`, and which right ends with it."""

    money: Money
    percent: int
    until: date
    right: Entitlement


def terms_of(order: Order) -> tuple[RefundStep, ...]:
    """What held for money back when the order was opened."""
    return parse_steps(order.refund_terms)


def on_offer(order: Order, *, now: datetime) -> Offered | None:
    """What its buyer has back who asks now; None where nothing comes back."""
    try:
        return _offered(order, now=now)
    except (ExamBegun, NothingComesBack, RightGivenOn, RightNoMore):
        return None


def _offered(order: Order, *, now: datetime) -> Offered:
    right = right_of(order)
    if right is None or order.paid_at is None:
        raise NothingComesBack
    if right.user_id != order.user_id:
        raise RightGivenOn
    if right.spent_at is not None:
        raise ExamBegun
    if right.worth(now=now) is not Worth.USABLE:
        raise RightNoMore
    step = step_at(terms_of(order), paid_at=order.paid_at, now=now)
    if step is None:
        raise NothingComesBack
    money = money_back(order.money(order.paid), percent=step.percent, still_there=order.facts.returnable)
    if not money:
        raise NothingComesBack
    return Offered(money, step.percent, step.last_day(order.paid_at), right)


@transaction.atomic
def withdraw(*, order: Order, user: User, now: datetime, shown: int | None = None) -> Refund:
    """Take the right back and ask for the money that comes back now; asked twice, it is done once.

    `shown` is the amount that the buyer agreed to: where another one holds meanwhile, nothing is done. Raises `ExamBegun` once
    the clock has started, `RightGivenOn`, `RightNoMore` and `NothingComesBack`.
    """
    fresh = Order.objects.select_for_update().get(pk=order.pk, user=user)
    before = fresh.refunds.filter(once=_once(fresh)).first()
    if before is not None:
        return before
    offered = _offered(fresh, now=now)
    if shown is not None and shown != offered.money.amount:
        raise NothingComesBack(
            _("Another amount comes back by now than the page showed."), next_step=_("Look at it again, and decide anew.")
        )
    try:
        asked = refunding.ask(order=fresh, right=offered.right, money=offered.money, actor=user, once=_once(fresh), now=now)
    except EntitlementGone:  # the clock started, or somebody accepted it, at this very moment
        offered.right.refresh_from_db()
        raise (ExamBegun if offered.right.spent_at is not None else RightGivenOn) from None
    letters.tell_withdrawn(fresh, asked)
    return asked


def _once(order: Order) -> str:
    return f"withdrawn:{order.pk}"
