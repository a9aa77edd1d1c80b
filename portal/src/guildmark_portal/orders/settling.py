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
from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.orders import asking, disputes, letters, rights, slots
from guildmark_portal.orders.models import CheckoutSession, GivenUp, Order, Refund
from guildmark_portal.orders.provider import AfterPayment, Back, BackStand, Provider, Session, Stand, configured
from guildmark_portal.orders.refusals import OrderPaid, PaymentUnavailable

_LOG: Final = logging.getLogger(__name__)
SETTLE: Final = "order.settle"
REFUND: Final = "order.refund"
CLOSE: Final = "order.close"
_PRIORITY: Final = 50


def soon(order: Order, *, session: str = "") -> None:
    """Have a job ask the provider, once the caller's transaction commits: of the page `session`, too, if one is named.

    The page is a part of the job's key, because of two messages at once each is to be looked at.
    """
    enqueue(kind=SETTLE, key=f"{order.pk} {session}".strip(), priority=_PRIORITY)


@handler(SETTLE, attempts=None, longest_wait_s=120)
def _settle(job: Job) -> None:
    number, _space, session = job.key.partition(" ")
    order = Order.objects.filter(pk=number).first()
    if order is None:
        return
    provider = configured()
    if provider is None:
        raise PaymentUnavailable
    settle(order, provider=provider, session=session, now=clock.now())


def settle(order: Order, *, provider: Provider, now: datetime, session: str = "") -> None:
    """Ask how the order stands, and write down what is new. Raises `PaymentUnavailable`.

    Of a paid order the page `session` is asked for even where it has ended: whoever names it may know of a second payment.
    """
    visits = CheckoutSession.objects.filter(order=order).exclude(reference="")
    asked = [visit.reference for visit in visits if visit.ended_at is None or order.paid_at is None]
    told = {one: asking.session_of(provider, one) for one in dict.fromkeys([*asked, *filter(None, [session])])}
    paid = (one.payment for one in told.values() if one is not None and one.stand is Stand.PAID)
    after = {payment: asking.after(provider, payment, order.currency) for payment in {order.payment, *paid} - {""}}
    _write(order, told, after, now=now)


@transaction.atomic
def _write(order: Order, told: dict[str, Session | None], after: dict[str, AfterPayment], *, now: datetime) -> None:
    """`told` is what was said of each page; None of one that is gone, and so over."""
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    fitting = {one: session for one, session in told.items() if session is None or _is_of(fresh, session)}
    for reference, session in fitting.items():
        _write_session(fresh, reference, session, now=now)
    _write_processing(fresh, {None if one is None else one.stand for one in fitting.values()}, now=now)
    fresh.refresh_from_db()
    for back in after.get(fresh.payment, AfterPayment()).back:
        write_back(fresh, back, now=now)
    for dispute in after.get(fresh.payment, AfterPayment()).disputes:
        disputes.write(fresh, dispute, now=now)
    rights.align(Order.objects.get(pk=fresh.pk), now=now)


def _is_of(order: Order, session: Session) -> bool:
    """Whether a page of payment asks for this order's money. What the portal opened always does."""
    if session.order == str(order.pk) and session.due == order.due:
        return True
    _LOG.critical("A page of payment does not fit its order %s: look at it at the provider.", order.pk)
    return False


def _write_session(order: Order, reference: str, session: Session | None, *, now: datetime) -> None:
    if session is not None and session.stand in {Stand.OPEN, Stand.PROCESSING}:
        return
    CheckoutSession.objects.filter(order=order, reference=reference, ended_at=None).update(ended_at=now)
    if session is None or session.stand is not Stand.PAID:
        return
    paid = pay(
        order,
        paid=session.total,
        tax=session.tax,
        payment=session.payment,
        receipt=session.receipt,
        invoice=session.invoice,
        now=now,
    )
    if not paid and session.payment != Order.objects.get(pk=order.pk).payment:
        _tell_paid_twice(order, session.payment)


def _tell_paid_twice(order: Order, payment: str) -> None:
    """Once a payment, however often its page is looked at."""
    said = Entry.objects.filter(action="order.paid_twice", subject=audit.name_of(order), detail__payment=payment)
    if not said.exists():
        audit.record(actor=audit.SYSTEM, action="order.paid_twice", subject=order, detail={"payment": payment})
        _LOG.critical("Order %s was paid twice: give one payment back at the provider.", order.pk)


def _write_processing(order: Order, stands: set[Stand | None], *, now: datetime) -> None:
    """Whether a payment is under way, by all of its pages: one that failed says nothing of the next."""
    unpaid = Order.objects.filter(pk=order.pk, paid_at=None)
    if Stand.PROCESSING in stands:
        unpaid.filter(processing_at=None).update(processing_at=now)
    elif stands & {Stand.FAILED, Stand.EXPIRED, None}:
        unpaid.update(processing_at=None)


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

    What was paid is never given up, even where that was written down before. Where nobody is there to sit, or a voucher's
    slot was freed then and is another's by now, nothing is granted, and the money goes back.
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
    if not slots.use_up(fresh, now=now) or fresh.user is None:
        _return(fresh, now=now)
        return True
    right = rights.align(fresh, now=now)
    letters.tell_paid(fresh, right)
    return True


def _return(order: Order, *, now: datetime) -> None:
    """What was paid goes back at once; no right comes of it, because the refund ends it."""
    refund = Refund.objects.create(order=order, amount=order.paid, asked_by=audit.SYSTEM, asked_at=now)
    audit.record(actor=audit.SYSTEM, action="order.refund_asked", subject=order, detail={"amount": refund.amount})
    if order.payment:
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


def close(order: Order, *, why: GivenUp, actor: User | str, now: datetime) -> bool:
    """Give an order up once nobody can pay it any more; False if that was done before.

    Raises `OrderPaid` where it is paid, or being paid, and `PaymentUnavailable` where its page cannot be closed.
    """
    closed: set[int] = set()
    while True:
        close_pages(order, closed, now=now)
        done = _closed(order, closed, why=why, actor=actor, now=now)
        if done is not None:
            return done


def close_pages(order: Order, closed: set[int], *, now: datetime) -> None:
    """Let nobody pay on the pages that are open, and add them to `closed`. Raises as `close` does."""
    for visit in CheckoutSession.objects.filter(order=order, ended_at=None).exclude(reference=""):
        _close_page(order, visit, now=now)
        closed.add(visit.pk)


def _close_page(order: Order, visit: CheckoutSession, *, now: datetime) -> None:
    provider = configured()
    if provider is None:
        raise PaymentUnavailable
    found = asking.closed(provider, visit.reference)
    if found is not None and found.stand in {Stand.PAID, Stand.PROCESSING}:
        settle(order, provider=provider, now=now)
        raise OrderPaid


def end_visits(order: Order, closed: set[int], *, now: datetime) -> bool:
    """End what is open, with the order's row locked; False where a page was opened meanwhile that is to be closed first.

    The rows are locked: whoever writes the number of a page there now does it before, and is seen, or after, and sees the end.
    """
    visits = CheckoutSession.objects.filter(order=order, ended_at=None)
    if any(visit.reference and visit.pk not in closed for visit in visits.select_for_update()):
        return False
    visits.update(ended_at=now)
    return True


@transaction.atomic
def _closed(order: Order, closed: set[int], *, why: GivenUp, actor: User | str, now: datetime) -> bool | None:
    """Write it down; None where a page was opened meanwhile that is to be closed first."""
    fresh = Order.objects.select_for_update().get(pk=order.pk)
    if fresh.paid_at is not None or fresh.processing_at is not None:
        raise OrderPaid
    if fresh.given_up_at is not None:
        return False
    if not end_visits(fresh, closed, now=now):
        return None
    Order.objects.filter(pk=order.pk).update(given_up_at=now, given_up=why.value)
    voucher = slots.release(fresh)
    detail = {"why": why.value, **({} if voucher is None else {"voucher": voucher})}
    audit.record(actor=actor, action=slots.GIVEN_UP, subject=fresh, detail=detail)
    return True


def let_go(order: Order) -> None:
    """What is done about an order whose account is deleted: its voucher is free again, and a job closes its page of payment."""
    slots.release(order)
    enqueue(kind=CLOSE, key=str(order.pk), priority=_PRIORITY)


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
