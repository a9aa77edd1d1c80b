"""An order that is not paid, of somebody who has the right to sit by now: it is given up, so that nobody pays for nothing.

The right may have come by a full voucher, from a cohort, from somebody who gave it on, or from staff. A job closes the page
of payment.
"""

from contextlib import suppress
from typing import Final

from django.dispatch import receiver

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.changes import granted
from guildmark_portal.exams.entitling import PILOT, usable
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.orders import settling
from guildmark_portal.orders.models import GivenUp, Order
from guildmark_portal.orders.refusals import OrderPaid

NEEDLESS: Final = "order.needless"
_PRIORITY: Final = 50


@receiver(granted)
def _look(right: Entitlement, **_more: object) -> None:
    """An order's own right is granted once it is paid: such a one is not open."""
    if right.source == PILOT or right.user is None:
        return
    for order in Order.objects.filter(user=right.user, program=right.program, paid_at=None, given_up_at=None):
        soon(order)


def soon(order: Order) -> None:
    """Have a job give it up, once the caller's transaction commits."""
    enqueue(kind=NEEDLESS, key=str(order.pk), priority=_PRIORITY)


@handler(NEEDLESS, attempts=None, longest_wait_s=120)
def _give_up(job: Job) -> None:
    """What is paid, or being paid at this very moment, stays: its terms of money back hold."""
    order, now = Order.objects.filter(pk=job.key, paid_at=None, given_up_at=None).first(), clock.now()
    if order is None or order.user is None or usable(user=order.user, program=order.program, now=now) is None:
        return
    with suppress(OrderPaid):
        settling.close(order, why=GivenUp.NEEDLESS, actor=audit.SYSTEM, now=now)
