"""How an order stands at the provider, written down; what follows from it is done in the same transaction.

The provider is asked outside transactions; what it said is written with the order's row locked, each fact
once. Then the right to sit is brought into line with the facts: it is there exactly while the order is worth one
(`OrderFacts.is_worth_a_right`). So it does not matter how often, when, or in which order anybody asks.
"""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark.rules.money import Money
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.orders import letters, rights
from guildmark_portal.orders.models import CheckoutSession, Dispute, GivenUp, Order, Refund
from guildmark_portal.orders.provider import AfterPayment, Back, BackStand, Disputed, Provider, Session, Stand, configured
from guildmark_portal.orders.refusals import OrderPaid, PaymentUnavailable
from guildmark_portal.vouchers import redeeming
from guildmark_portal.vouchers.models import Use

_LOG: Final = logging.getLogger(__name__)
SETTLE: Final = "order.settle"
REFUND: Final = "order.refund"
CLOSE: Final = "order.close"
_PRIORITY: Final = 50


def soon(order: Order) -> None:
    """Have a job ask the provider, once the caller's transaction commits."""
    enqueue(kind=SETTLE, key=str(order.pk), priority=_PRIORITY)


@handler(SETTLE, attempts=None, longest_wait_s=120)
def _settle(job: Job) -> None:
    order = Order.objects.filter(pk=job.key).first()
    if order is None:
        return
    provider = configured()
    if provider is None:
        raise PaymentUnavailable
    settle(order, provider=provider, now=clock.now())


def settle(order: Order, *, provider: Provider, now: datetime) -> None:
    """Ask how the order stands, and write down what is new. Raises `PaymentUnavailable`."""
    visits = CheckoutSession.objects.filter(order=order).exclude(reference="")
    told = [provider.session(visit.reference) for visit in visits if visit.ended_at is None or order.paid_at is None]
    payments = {order.payment, *(one.payment for one in told if one.stand is Stand.PAID)} - {""}
    after = {payment: provider.after(payment, order.currency) for payment in payments}
    _write(order, told, after, now=now)


@transaction.atomic
def _write(order: Order, told: list[Session], after: dict[str, AfterPayment], *, now: datetime) -> None:
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    for session in told:
        if _is_of(fresh, session):
            _write_session(fresh, session, now=now)
    fresh.refresh_from_db()
    for back in after.get(fresh.payment, AfterPayment()).back:
        write_back(fresh, back, now=now)
    for dispute in after.get(fresh.payment, AfterPayment()).disputes:
        _write_dispute(fresh, dispute, now=now)
    rights.align(Order.objects.get(pk=fresh.pk), now=now)


def _is_of(order: Order, session: Session) -> bool:
    """Whether a page of payment asks for this order's money. What the portal opened always does."""
    if session.order == str(order.pk) and session.due == order.due:
        return True
    _LOG.critical("A page of payment does not fit its order %s: look at it at the provider.", order.pk)
    return False


def _write_session(order: Order, session: Session, *, now: datetime) -> None:
    visit = CheckoutSession.objects.filter(order=order, reference=session.reference, ended_at=None)
    if session.stand is Stand.OPEN:
        return
    if session.stand is Stand.PROCESSING:
        Order.objects.filter(pk=order.pk, paid_at=None, processing_at=None).update(processing_at=now)
        return
    ended = visit.update(ended_at=now)
    if session.stand is Stand.PAID:
        paid = pay(
            order,
            paid=session.total,
            tax=session.tax,
            payment=session.payment,
            receipt=session.receipt,
            invoice=session.invoice,
            now=now,
        )
        if not paid and ended and session.payment != order.payment:
            audit.record(actor=audit.SYSTEM, action="order.paid_twice", subject=order, detail={"payment": session.payment})
            _LOG.critical("Order %s was paid twice: give one payment back at the provider.", order.pk)
    else:
        Order.objects.filter(pk=order.pk, paid_at=None).update(processing_at=None)


@transaction.atomic
def pay(  # noqa: PLR0913 - what there is to say of a payment
    order: Order,
    *,
    paid: Money,
    now: datetime,
    tax: Money | None = None,
    payment: str = "",
    receipt: str = "",
    invoice: str = "",
    reference: str = "",
    confirmed_by: str = "",
) -> bool:
    """Write down that an order is paid, use its voucher up, and grant; False if it was paid before.

    What was paid is never given up, even where that was written down before.
    """
    done = Order.objects.filter(pk=order.pk, paid_at=None).update(
        paid_at=now,
        paid=paid.amount,
        tax=0 if tax is None else tax.amount,
        payment=payment,
        receipt=receipt,
        invoice=invoice,
        reference=reference,
        confirmed_by=confirmed_by,
        processing_at=None,
        given_up_at=None,
        given_up="",
    )
    if not done:
        return False
    fresh = Order.objects.get(pk=order.pk)
    detail = {"paid": paid.amount, "tax": fresh.tax, "currency": paid.currency, "payment": payment}
    audit.record(actor=confirmed_by or audit.SYSTEM, action="order.paid", subject=fresh, detail=detail)
    use = Use.objects.filter(once=fresh.once).first()
    if use is not None:
        redeeming.consume(use=use, now=now)
    if fresh.user is None:
        _return_to_nobody(fresh, now=now)
        return True
    right = rights.align(fresh, now=now)
    letters.tell_paid(fresh, right)
    return True


def _return_to_nobody(order: Order, *, now: datetime) -> None:
    """The account was deleted while its owner was paying: nobody is there who could sit, and the money goes back."""
    refund = Refund.objects.create(order=order, amount=order.paid, asked_by=audit.SYSTEM, asked_at=now)
    enqueue(kind=REFUND, key=str(refund.pk), priority=_PRIORITY)


def write_back(order: Order, back: Back, *, now: datetime) -> None:
    """Write down where money stands that is on its way back. What the portal did not ask for is taken down as it is found."""
    refund = Refund.objects.filter(order=order, reference=back.reference).first()
    if refund is None and back.mark:
        refund = Refund.objects.filter(order=order, reference="", pk=_number(back.mark)).first()
    if refund is None:
        refund = Refund.objects.create(
            order=order, amount=back.amount, asked_at=now, ends_right=False, reference=back.reference
        )
        audit.record(actor="provider:stripe", action="order.refund_found", subject=order, detail={"amount": back.amount})
    before = (refund.reference, refund.done_at, refund.failed_at)
    refund.reference = back.reference
    if back.stand is BackStand.DONE and refund.done_at is None:
        refund.done_at = now
    if back.stand is BackStand.FAILED and refund.failed_at is None:
        refund.failed_at, refund.failure = now, back.failure[:200]
    if before == (refund.reference, refund.done_at, refund.failed_at):
        return
    refund.save(update_fields=["reference", "done_at", "failed_at", "failure"])
    if (before[1], before[2]) != (refund.done_at, refund.failed_at):
        detail = {"amount": refund.amount, "stand": back.stand.value}
        audit.record(actor="provider:stripe", action="order.refund_told", subject=order, detail=detail)
        if refund.failed_at is None:
            letters.tell_refunded(order, refund)


def _number(mark: str) -> int:
    digits = mark.removeprefix("refund:")
    return int(digits) if digits.isdecimal() else 0


def _write_dispute(order: Order, told: Disputed, *, now: datetime) -> None:
    known, is_new = Dispute.objects.get_or_create(
        reference=told.reference,
        defaults={
            "order": order,
            "amount": told.amount,
            "status": told.status,
            "reason": told.reason,
            "found_at": now,
            "changed_at": now,
        },
    )
    if not is_new and known.status == told.status:
        return
    # What changed is to be looked at anew.
    Dispute.objects.filter(pk=known.pk).update(status=told.status, changed_at=now, seen_at=None)
    audit.record(actor="provider:stripe", action="order.disputed", subject=order, detail={"status": told.status})


def close(order: Order, *, why: GivenUp, actor: User | str, now: datetime) -> bool:
    """Give an order up once nobody can pay it any more; False if that was done before.

    Raises `OrderPaid` where it is paid, or being paid, and `PaymentUnavailable` where its page cannot be closed.
    """
    closed: set[int] = set()
    while True:
        for visit in CheckoutSession.objects.filter(order=order, ended_at=None).exclude(reference=""):
            _close_page(order, visit, now=now)
            closed.add(visit.pk)
        done = _closed(order, closed, why=why, actor=actor, now=now)
        if done is not None:
            return done


def _close_page(order: Order, visit: CheckoutSession, *, now: datetime) -> None:
    provider = configured()
    if provider is None:
        raise PaymentUnavailable
    if provider.close(visit.reference).stand in {Stand.PAID, Stand.PROCESSING}:
        settle(order, provider=provider, now=now)
        raise OrderPaid


@transaction.atomic
def _closed(order: Order, closed: set[int], *, why: GivenUp, actor: User | str, now: datetime) -> bool | None:
    """Write it down; None where a page was opened meanwhile that is to be closed first."""
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    if fresh.paid_at is not None or fresh.processing_at is not None:
        raise OrderPaid
    if fresh.given_up_at is not None:
        return False
    visits = CheckoutSession.objects.filter(order=order, ended_at=None)
    if visits.exclude(reference="").exclude(pk__in=closed).exists():
        return None
    visits.update(ended_at=now)
    Order.objects.filter(pk=order.pk).update(given_up_at=now, given_up=why.value)
    _release(fresh)
    audit.record(actor=actor, action="order.given_up", subject=fresh, detail={"why": why.value})
    return True


def let_go(order: Order) -> None:
    """What is done about an order whose account is deleted: its voucher is free again, and a job closes its page of payment."""
    _release(order)
    enqueue(kind=CLOSE, key=str(order.pk), priority=_PRIORITY)


def _release(order: Order) -> None:
    use = Use.objects.filter(once=order.once).first()
    if use is not None:
        redeeming.release(use=use)


@handler(CLOSE, attempts=None)
def _close(job: Job) -> None:
    order = Order.objects.filter(pk=job.key).first()
    if order is None:
        return
    for visit in CheckoutSession.objects.filter(order=order, ended_at=None).exclude(reference=""):
        try:
            _close_page(order, visit, now=clock.now())
        except OrderPaid:
            return  # it was paid before it could be closed: the money goes back
        CheckoutSession.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=clock.now())
