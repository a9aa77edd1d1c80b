"""Looking every hour at what nobody told of: orders that are open for long, and messages that never came.

An order that was not paid is given up after a day; where payment by other means is offered, after 30. When registration closes,
it is given up at once: it would buy nothing any more.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import Program
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.orders import events, settling
from guildmark_portal.orders.models import GivenUp, Order
from guildmark_portal.orders.provider import Provider, Refusal, configured

_LOG: Final = logging.getLogger(__name__)
SWEEP: Final = "order.sweep"
_HOUR: Final = timedelta(hours=1)
_TOLD_BY_THEN: Final = timedelta(minutes=10)
_MESSAGES_OF: Final = timedelta(days=3)
KEPT: Final = timedelta(days=1)
KEPT_OFFLINE: Final = timedelta(days=30)


def sweep_hourly() -> None:
    """Have the job look now, and every hour after."""
    enqueue(kind=SWEEP, key="all")


@handler(SWEEP, attempts=None)
def _sweep(_job: Job) -> None:
    sweep(now=clock.now())
    raise Later(clock.now() + _HOUR)


def sweep(*, now: datetime) -> None:
    """Catch up with the provider's messages, look at what is open or on its way back, and give up what is open too long."""
    provider = configured()
    if provider is not None:
        _catch_up(provider, now=now)
    closed = [program for program in Program.objects.all() if not program.policy.window.takes_registrations(now=now)]
    is_over = Q(opened_at__lt=now - _kept()) | Q(program__in=closed)
    for order in Order.objects.filter(is_over, paid_at=None, given_up_at=None, processing_at=None):
        _give_up(order, now=now)


def waits_until(order: Order) -> datetime:
    """Until when at least an order that is not paid waits for it: no longer than for the close of registration."""
    kept, last = order.opened_at + _kept(), order.program.policy.window.last_registration
    return kept if last is None else min(kept, last)


def _kept() -> timedelta:
    return KEPT_OFFLINE if settings.PAYMENTS.offline else KEPT


def _catch_up(provider: Provider, *, now: datetime) -> None:
    try:
        for event in provider.events(since=now - _MESSAGES_OF):
            events.receive(event=event, now=now)
    except (Refused, Refusal) as refusal:
        _LOG.warning("The provider's messages could not be read: %s", refusal)
    is_open = Q(paid_at=None, given_up_at=None, opened_at__lt=now - _TOLD_BY_THEN, sessions__ended_at=None)
    is_processing = Q(paid_at=None, processing_at__lt=now - _TOLD_BY_THEN)  # also where an answer overtook another one
    on_its_way = Q(refunds__done_at=None, refunds__failed_at=None, refunds__isnull=False) & ~Q(payment="")
    for order in Order.objects.filter(is_open & Q(sessions__isnull=False) | is_processing | on_its_way).distinct():
        settling.soon(order)


def _give_up(order: Order, *, now: datetime) -> None:
    try:
        settling.close(order, why=GivenUp.EXPIRED, actor=audit.SYSTEM, now=now)
    except (Refused, Refusal) as refusal:  # paid at this very moment, or the provider does not answer: next time
        _LOG.info("Order %s stays open: %s", order.pk, refusal)
