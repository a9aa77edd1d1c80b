"""Shredding, when its time has come, and making sure that nothing of it stays in the database's files.

One job looks after all checks: it shreds what is due and goes to sleep until the next one is, a day at most, so that a
changed retention is kept too. It never gives up.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from guildmark_portal import clock
from guildmark_portal.accounts import scrubbing
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import facts, redaction, vault
from guildmark_portal.identity.models import Check, Link
from guildmark_portal.identity.sealed import Sealed, Shredding
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler

SHRED, SCRUB = "identity.shred", "identity.scrub"
_EVERYTHING: Final = "all"
_SOON: Final = timedelta(minutes=1)
_A_DAY: Final = timedelta(days=1)


def look_when_due(check: Check) -> None:
    """Have the job look at the time at which the check is due to be shredded; within a day, as it does ever after."""
    due = facts.shred_due_at(check)
    if due is not None:
        enqueue(kind=SHRED, key=_EVERYTHING, run_at=min(due, clock.now() + _A_DAY))


def destroy(sealed_ids: list[UUID]) -> int:
    """Shred these records in the caller's transaction, and have the database's files scrubbed once it commits."""
    enqueue(kind=SCRUB, key=_EVERYTHING)
    return vault.shred(sealed_ids)


def records_of(check: Check) -> list[UUID]:
    """Everything that is sealed for a check: pictures, what is printed on documents, and notes to the candidate."""
    of_check = Q(evidence__of_check=check) | Q(document__of_check=check) | Q(note__decision__round__of_check=check)
    return list(Sealed.objects.filter(of_check).values_list("pk", flat=True))


@transaction.atomic
def shred(*, check: Check, now: datetime, actor: str = audit.SYSTEM) -> Shredding:
    """Make everything that was given for a check unreadable. Who checked, when, how and the outcome stay. Once."""
    held = Check.objects.select_for_update().get(pk=check.pk)
    destroyed = destroy(records_of(held))
    held.documents.update(issuing_country="", expires_on=None)
    Link.objects.filter(of_check=held).delete()
    redaction.ask(held)
    if held.closed_at is None:
        held.closed_at = now
        held.save(update_fields=["closed_at"])
    done, is_new = Shredding.objects.get_or_create(of_check=held, defaults={"shredded_at": now, "records": destroyed})
    if is_new:
        audit.record(actor=actor, action="identity.shredded", subject=held, detail={"records": destroyed})
    return done


def shred_due(*, now: datetime) -> tuple[int, datetime | None]:
    """Shred what is due at `now`: how many checks that were, and when the next one is."""
    count, next_due = 0, None
    for check in Check.objects.filter(shredding=None):
        due = facts.shred_due_at(check)
        if due is None:
            continue
        if due <= now:
            shred(check=check, now=now)
            count += 1
        else:
            next_due = due if next_due is None else min(next_due, due)
    return count, next_due


@handler(SHRED, attempts=None)
def _shred_due(_job: Job) -> None:
    now = clock.now()
    _count, next_due = shred_due(now=now)
    vault.sweep(now=now)
    if next_due is not None:
        raise Later(min(next_due, now + _A_DAY))


@handler(SCRUB, attempts=None)
def _scrub(_job: Job) -> None:
    if not scrubbing.scrub():
        raise Later(clock.now() + _SOON)
