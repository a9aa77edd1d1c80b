"""Destroying what was written and sent in a case, when its time has come. That it was asked and answered stays.

One job looks after all cases, as that of `identity.shredding` does: it goes to sleep until the next one is due, a day at
most, so that a changed retention is kept too. It never gives up.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.identity.shredding import destroy
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.operations.models import Case, Message

SHRED: Final = "case.shred"
_EVERYTHING: Final = "all"
_A_DAY: Final = timedelta(days=1)


def due_at(case: Case) -> datetime | None:
    """When its words and evidence are to be destroyed: so many days after it was answered or withdrawn. None while it waits."""
    ended = _ended_at(case)
    return None if ended is None else ended + timedelta(days=settings.IDENTITY_RETENTION_DAYS)


def _ended_at(case: Case) -> datetime | None:
    answer, withdrawal = getattr(case, "answer", None), getattr(case, "withdrawal", None)
    ended: datetime | None = getattr(answer, "answered_at", None) or getattr(withdrawal, "withdrawn_at", None)
    return ended


def look_when_due(case: Case) -> None:
    """Have the job look within a day, as it does ever after; in the caller's transaction."""
    due = due_at(Case.objects.get(pk=case.pk))
    if due is not None:
        enqueue(kind=SHRED, key=_EVERYTHING, run_at=min(due, clock.now() + _A_DAY))


def records_of(case: Case, *, until: datetime | None = None) -> list[UUID]:
    """Everything that is sealed for a case; with `until`, without what was said after it."""
    said = Q(message__case=case) if until is None else Q(message__case=case, message__said_at__lte=until)
    of_case = Q(case=case) | Q(answer__case=case) | Q(case_evidence__case=case) | said
    return list(Sealed.objects.filter(of_case).values_list("pk", flat=True))


@transaction.atomic
def _said_since(*, now: datetime) -> datetime | None:
    """Shred what was said after the end of its case so many days after it was said; when the next one is due."""
    next_due = None
    later = Q(case__answer__answered_at__lt=F("said_at")) | Q(case__withdrawal__withdrawn_at__lt=F("said_at"))
    for message in Message.objects.filter(later, words__key__isnull=False).select_related("case"):
        due = message.said_at + timedelta(days=settings.IDENTITY_RETENTION_DAYS)
        if due > now:
            next_due = due if next_due is None else min(next_due, due)
        elif destroyed := destroy([message.words_id]):
            audit.record(actor=audit.SYSTEM, action="case.shredded", subject=message.case, detail={"records": destroyed})
    return next_due


@transaction.atomic
def shred(*, case: Case, actor: str = audit.SYSTEM, until: datetime | None = None) -> int:
    """Make what was written and sent unreadable; the number of records that could be read until now."""
    destroyed = destroy(records_of(case, until=until))
    if destroyed:
        audit.record(actor=actor, action="case.shredded", subject=case, detail={"records": destroyed})
    return destroyed


def shred_due(*, now: datetime) -> datetime | None:
    """Shred what is due at `now`; when the next one is."""
    next_due = _said_since(now=now)
    for case in Case.objects.filter(words__key__isnull=False).select_related("answer", "withdrawal"):
        due = due_at(case)
        if due is None:
            continue
        if due <= now:
            shred(case=case, until=_ended_at(case))
        else:
            next_due = due if next_due is None else min(next_due, due)
    return next_due


@handler(SHRED, attempts=None)
def _shred_due(_job: Job) -> None:
    now = clock.now()
    next_due = shred_due(now=now)
    if next_due is not None:
        raise Later(min(next_due, now + _A_DAY))
