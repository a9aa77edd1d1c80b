"""Destroying what was written and sent in a case, when its time has come. That it was asked and answered stays.

One job looks after all cases, as that of `identity.shredding` does: it goes to sleep until the next one is due, a day at
most, so that a changed retention is kept too. It never gives up.
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
from guildmark_portal.operations.models import Case

SHRED: Final = "case.shred"
_EVERYTHING: Final = "all"
_A_DAY: Final = timedelta(days=1)


def due_at(case: Case) -> datetime | None:
    """When its words and evidence are to be destroyed: so many days after it was answered or withdrawn. None while it waits."""
    answer, withdrawal = getattr(case, "answer", None), getattr(case, "withdrawal", None)
    ended = answer.answered_at if answer is not None else withdrawal.withdrawn_at if withdrawal is not None else None
    return None if ended is None else ended + timedelta(days=settings.IDENTITY_RETENTION_DAYS)


def look_when_due(case: Case) -> None:
    """Have the job look within a day, as it does ever after; in the caller's transaction."""
    due = due_at(Case.objects.get(pk=case.pk))
    if due is not None:
        enqueue(kind=SHRED, key=_EVERYTHING, run_at=min(due, clock.now() + _A_DAY))


def records_of(case: Case) -> list[UUID]:
    """Everything that is sealed for a case."""
    of_case = Q(case=case) | Q(answer__case=case) | Q(case_evidence__case=case)
    return list(Sealed.objects.filter(of_case).values_list("pk", flat=True))


@transaction.atomic
def shred(*, case: Case, actor: str = audit.SYSTEM) -> int:
    """Make what was written and sent unreadable; the number of records that could be read until now."""
    destroyed = destroy(records_of(case))
    if destroyed:
        audit.record(actor=actor, action="case.shredded", subject=case, detail={"records": destroyed})
    return destroyed


def shred_due(*, now: datetime) -> datetime | None:
    """Shred what is due at `now`; when the next one is."""
    next_due = None
    for case in Case.objects.filter(words__key__isnull=False).select_related("answer", "withdrawal"):
        due = due_at(case)
        if due is None:
            continue
        if due <= now:
            shred(case=case)
        else:
            next_due = due if next_due is None else min(next_due, due)
    return next_due


@handler(SHRED, attempts=None)
def _shred_due(_job: Job) -> None:
    now = clock.now()
    next_due = shred_due(now=now)
    if next_due is not None:
        raise Later(min(next_due, now + _A_DAY))
