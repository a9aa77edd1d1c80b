"""Reminders 30, 7 and 1 days before an entitlement ends (rule G6), once each, and what is forgotten once it is over.

One job looks after all, once a day, for ever. A day that was missed is made up for, but nobody gets two letters at once. A
reminder is written down in the transaction that writes its letter: a process that dies between leaves both or neither.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from guildmark.rules.entitlement import REMINDERS, earliest_day
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import entitlement_letters
from guildmark_portal.exams.admitting import FREE
from guildmark_portal.exams.entitling import claim
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler

REMIND: Final = "entitlement.remind"
_EVERYTHING: Final = "all"
_A_DAY: Final = timedelta(days=1)


def remind_daily() -> None:
    """Have the job look now, and every day after."""
    enqueue(kind=REMIND, key=_EVERYTHING)


@handler(REMIND, attempts=None)
def _look(_job: Job) -> None:
    look(now=clock.now())
    raise Later(clock.now() + _A_DAY)


def look(*, now: datetime) -> None:
    """Hand on what was granted to an address that was proved since, write the reminders that are due, and forget."""
    _hand_on(now=now)
    for right, days in list(_due(now=now)):
        _remind(right, days=days)
    _forget(now=now)


def _hand_on(*, now: datetime) -> None:
    waiting = set(_unclaimed().values_list("email", flat=True))
    proved = EmailAddress.objects.annotate(lower=Lower("email")).filter(lower__in=waiting, verified=True)
    for user in User.objects.filter(pk__in=proved.values("user"), is_active=True):
        claim(user=user, now=now)


def _unclaimed() -> QuerySet[Entitlement]:
    return Entitlement.objects.filter(user=None).exclude(email="")


def _due(*, now: datetime) -> Iterator[tuple[Entitlement, int]]:
    """What can still be spent, has an end, and has a reminder due that was not written. Free ones are to be had again."""
    latest = now.date() + timedelta(days=max(REMINDERS))
    ending = Entitlement.objects.filter(spent_at=None, voided_at=None, valid_until__range=(earliest_day(now), latest)).exclude(
        source=FREE
    )
    for right in ending.select_related("user", "program").order_by("pk"):
        days = right.right.reminder(() if right.reminded_of is None else (right.reminded_of,), now=now)
        if days is not None:
            yield right, days


@transaction.atomic
def _remind(right: Entitlement, *, days: int) -> None:
    earlier = Q(reminded_of=None) | Q(reminded_of__gt=days)
    standing = Entitlement.objects.filter(earlier, pk=right.pk, spent_at=None, voided_at=None)
    if standing.update(reminded_of=days):
        entitlement_letters.remind(right, days=days)


def _forget(*, now: datetime) -> None:
    """The addresses that nobody proved, once the right is over or taken back: nobody is behind them who could ask for it."""
    gone = Q(valid_until__lt=earliest_day(now)) | Q(voided_at__isnull=False)
    _unclaimed().filter(gone).update(email="", reason="", void_reason="")
