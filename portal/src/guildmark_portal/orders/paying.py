"""Sending a buyer to the page of payment: the one that waits for them, or a new one.

A visit is written down before the provider is asked, with the number that makes a repeated request the same one. Two tabs, or a
process that dies in between, end up at one page.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from guildmark_portal.accounts.models import User
from guildmark_portal.exams.conditions import require_conditions
from guildmark_portal.exams.entitling import claim, usable
from guildmark_portal.exams.refusals import WindowClosed
from guildmark_portal.exams.windows import said
from guildmark_portal.orders import needless, settling
from guildmark_portal.orders.models import CheckoutSession, Order
from guildmark_portal.orders.provider import Provider, Refusal, Session, Stand, TooSmall, Visit, configured
from guildmark_portal.orders.refusals import (
    AlreadyEntitled,
    NothingSold,
    OrderOver,
    OrderPaid,
    PaymentUnavailable,
    RestTooSmall,
)
from guildmark_portal.vouchers.wording import title_of

LASTS: Final = timedelta(hours=2)
SHORTEST: Final = timedelta(minutes=31)
"""How long a page of payment can be paid, and how long at least: the provider allows 30 minutes to 24 hours, by its clock."""
_AGAIN: Final = 3


def address_of(order: Order) -> str:
    """The page of an order."""
    return f"{settings.PORTAL_URL}/orders/{order.pk}/"


def pay(*, order: Order, user: User, now: datetime) -> str:
    """Where the buyer goes to pay: the page that is open, or a new one.

    Raises `OrderPaid` and `OrderOver` where there is nothing to pay any more, `NothingSold` without a provider,
    `PaymentUnavailable`, `AlreadyEntitled`, `RestTooSmall`, and what speaks against getting a right to sit, such as the close
    of registration.
    """
    provider = configured()
    if provider is None:
        raise NothingSold
    for _try in range(_AGAIN):
        _require_open(order)
        _require_needed(order, user=user, now=now)
        require_conditions(user=user, program=order.program, now=now)
        visit = _visit(order, user=user, now=now)
        try:
            found = provider.session(visit.reference) if visit.reference else _ask(provider, visit)
        except TooSmall:
            _end(visit, now=now)
            raise RestTooSmall from None
        except Refusal:  # what was asked is too old, or not there any more
            _end(visit, now=now)
            continue
        if found.stand is Stand.OPEN and found.url:
            return found.url
        settling.settle(order, provider=provider, now=now)
        order.refresh_from_db()
    raise PaymentUnavailable


def _require_needed(order: Order, *, user: User, now: datetime) -> None:
    """Nobody pays for what they have by now. Raises `AlreadyEntitled`."""
    claim(user=user, now=now)
    if usable(user=user, program=order.program, now=now) is not None:
        needless.soon(order)
        raise AlreadyEntitled


def _require_open(order: Order) -> None:
    if order.paid_at is not None or order.processing_at is not None:
        raise OrderPaid
    if order.given_up_at is not None:
        raise OrderOver


@transaction.atomic
def _visit(order: Order, *, user: User, now: datetime) -> CheckoutSession:
    """The visit that is open, or the next one. Raises as `pay` does: the order may have been given up a moment ago."""
    _require_open(Order.objects.select_for_update().get(pk=order.pk))
    sessions = CheckoutSession.objects.filter(order=order)
    there = sessions.filter(ended_at=None).first()
    if there is not None:
        return there
    try:
        with transaction.atomic():
            return CheckoutSession.objects.create(
                order=order,
                number=sessions.count() + 1,
                language=get_language() or "",
                email=user.email,
                opened_at=now,
                expires_at=_expires(order, now=now),
            )
    except IntegrityError:
        return sessions.get(ended_at=None)


def _expires(order: Order, *, now: datetime) -> datetime:
    """No later than registration closes, as far as the provider allows: whoever pays in the minutes beyond has their right.

    Raises `WindowClosed` where the exam could not be begun any more by then.
    """
    window = order.program.policy.window
    last, closes = window.last_registration, window.closes_at
    if closes is not None and closes < now + SHORTEST:
        raise WindowClosed(
            _("This exam can be begun until %(instant)s: a payment takes too long for that.") % {"instant": said(closes)},
            next_step=_("Choose another exam, or look again later: the next time is announced on the page of the program."),
        )
    return now + LASTS if last is None else max(now + SHORTEST, min(now + LASTS, last))


def _ask(provider: Provider, visit: CheckoutSession) -> Session:
    """Ask for the page, and write its number down before anybody is sent there."""
    order = visit.order
    with override(visit.language or None):
        title = title_of(order.program)
    found = provider.open(
        Visit(
            order=order.pk,
            key=f"order:{order.pk}:{visit.number}",
            title=title,
            due=order.due,
            email=visit.email,
            language=visit.language,
            expires_at=visit.expires_at,
            back=address_of(order),
        )
    )
    CheckoutSession.objects.filter(pk=visit.pk, reference="").update(reference=found.reference, url=found.url)
    if CheckoutSession.objects.filter(pk=visit.pk, ended_at=None).exists():
        return found
    return provider.close(found.reference)  # the order was given up meanwhile: nobody may pay there


def _end(visit: CheckoutSession, *, now: datetime) -> None:
    CheckoutSession.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now)
