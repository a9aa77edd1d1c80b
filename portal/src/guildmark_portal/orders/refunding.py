"""Money back: the right to sit is taken back in the transaction that writes the refund down; then the provider is asked.

Staff pays all of it back (`refund`), a buyer what the terms of the order give (`withdrawing`); both come to `ask`. Once the
clock of the exam has started there is no refund (rule G6): taking back fails then, and so does all of it. What was paid by
other means is returned by people, who write its reference down.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark.rules.money import Money
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import entitlement_letters, entitling
from guildmark_portal.exams.models import Entitlement, Voided
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.orders import letters, settling
from guildmark_portal.orders.models import Order, Refund
from guildmark_portal.orders.provider import Refusal, configured
from guildmark_portal.orders.refusals import NotReturnable, OwnOrder, PaymentUnavailable
from guildmark_portal.orders.rights import right_of
from guildmark_portal.orders.settling import REFUND

_PRIORITY: Final = 50


@transaction.atomic
def refund(*, order: Order, reason: str, actor: User, now: datetime, once: str = "") -> Refund:
    """Take the right back and have all the money returned that is still held; a form that is sent twice asks once.

    The reason is the buyer's to read: whoever was given the right on is told that it was paid back, and no more. Raises
    `OwnOrder`, `NotReturnable`, and `EntitlementGone` once the clock has started.
    """
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    before = Refund.objects.filter(once=once).first() if once else None
    if before is not None:
        return before
    if fresh.user_id == actor.pk:
        raise OwnOrder
    money = fresh.facts.returnable
    if not money:
        raise NotReturnable
    right = right_of(fresh)
    is_new = right is not None and right.voided_at is None
    made = ask(order=fresh, right=right, money=money, reason=reason, actor=actor, once=once, now=now)
    if right is not None and is_new:
        right.refresh_from_db()
        entitlement_letters.tell_voided(right, reason=right.void_reason)
    return made


def ask(  # noqa: PLR0913 - what a refund is made of
    *, order: Order, right: Entitlement | None, money: Money, actor: User, now: datetime, reason: str = "", once: str = ""
) -> Refund:
    """Take `right` back, write the refund down, and have the provider asked; the caller holds the order's row locked.

    Raises `NotReturnable` while another one is under way, and `EntitlementGone` once the clock has started, or where the right
    is given on at this very moment.
    """
    if order.refunds.filter(done_at=None, failed_at=None, ends_right=True).exists():
        raise NotReturnable
    if right is not None and right.voided_at is None:
        is_the_buyers = right.user_id is not None and right.user_id == order.user_id
        said = reason if is_the_buyers else ""
        entitling.void(entitlement=right, why=Voided.REFUND, reason=said, actor=actor, now=now)
    made = Refund.objects.create(
        order=order, amount=money.amount, reason=reason, asked_by=audit.name_of(actor), asked_at=now, once=once
    )
    audit.record(actor=actor, action="order.refund_asked", subject=order, detail={"amount": made.amount})
    if order.payment:
        enqueue(kind=REFUND, key=str(made.pk), priority=_PRIORITY)
    return made


@handler(REFUND, attempts=None)
def _give_back(job: Job) -> None:
    """Ask the provider. Where a process died between asking and writing, the provider's list has it already."""
    asked = Refund.objects.select_related("order").filter(pk=job.key).first()
    if asked is None:
        return
    provider, now = configured(), clock.now()
    if provider is None:
        raise PaymentUnavailable
    settling.settle(asked.order, provider=provider, now=now)
    asked.refresh_from_db()
    if asked.reference or asked.failed_at is not None or asked.done_at is not None:
        return
    try:
        back = provider.give_back(payment=asked.order.payment, money=asked.order.money(asked.amount), key=f"refund:{asked.pk}")
    except Refusal as refusal:
        _failed(asked, why=str(refusal), now=now)
        return
    with transaction.atomic():
        Order.objects.select_for_update().get(pk=asked.order_id)
        settling.write_back(asked.order, back, now=now)


def _failed(asked: Refund, *, why: str, now: datetime) -> None:
    with transaction.atomic():
        if Refund.objects.filter(pk=asked.pk, failed_at=None, done_at=None).update(failed_at=now, failure=why[:200]):
            detail = {"amount": asked.amount, "why": why}
            audit.record(actor=audit.SYSTEM, action="order.refund_failed", subject=asked.order, detail=detail)


@transaction.atomic
def returned(*, refund: Refund, reference: str, actor: User, now: datetime) -> bool:
    """Money of an offline payment was returned by other means; False if that was written down before. Raises `OwnOrder`."""
    if refund.order.user_id == actor.pk:
        raise OwnOrder
    under_way = Refund.objects.filter(pk=refund.pk, done_at=None, failed_at=None, order__payment="")
    if not under_way.update(done_at=now, reference=reference):
        return False
    refund.refresh_from_db()
    audit.record(actor=actor, action="order.refund_returned", subject=refund.order, detail={"amount": refund.amount})
    letters.tell_refunded(refund.order, refund)
    return True
