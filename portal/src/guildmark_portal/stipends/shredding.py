"""Destroying what was written in an application, so many days after it was decided. That it was, and how, stays.

One job looks after all, as that of the cases does: a day at most apart, so that a changed retention is kept too.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.identity.sealed import Sealed
from guildmark_portal.identity.shredding import destroy
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.stipends.models import Application, Decision

SHRED: Final = "stipend.shred"
_EVERYTHING: Final = "all"
_A_DAY: Final = timedelta(days=1)


def due_at(decision: Decision) -> datetime:
    """When what was written is to be destroyed."""
    return decision.decided_at + timedelta(days=settings.IDENTITY_RETENTION_DAYS)


def look_when_due(decision: Decision) -> None:
    """Have the job look within a day, as it does ever after; in the caller's transaction."""
    enqueue(kind=SHRED, key=_EVERYTHING, run_at=min(due_at(decision), clock.now() + _A_DAY))


def records_of(application: Application) -> list[UUID]:
    """Everything that is sealed for an application."""
    of_it = Q(stipend_application=application) | Q(stipend_decision__application=application)
    return list(Sealed.objects.filter(of_it).values_list("pk", flat=True))


@transaction.atomic
def shred(*, application: Application, actor: str = audit.SYSTEM) -> int:
    """Make what was written unreadable; the number of records that could be read until now."""
    destroyed = destroy(records_of(application))
    if destroyed:
        audit.record(actor=actor, action="stipend.shredded", subject=application, detail={"records": destroyed})
    return destroyed


def shred_due(*, now: datetime) -> datetime | None:
    """Shred what is due at `now`; when the next one is."""
    next_due = None
    for decision in Decision.objects.filter(words__key__isnull=False).select_related("application"):
        due = due_at(decision)
        if due <= now:
            shred(application=decision.application)
        else:
            next_due = due if next_due is None else min(next_due, due)
    return next_due


@handler(SHRED, attempts=None)
def _shred_due(_job: Job) -> None:
    now = clock.now()
    next_due = shred_due(now=now)
    if next_due is not None:
        raise Later(min(next_due, now + _A_DAY))
