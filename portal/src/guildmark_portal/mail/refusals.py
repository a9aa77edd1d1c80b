"""Letters that did not arrive: noted by the delivery or when they come back, settled by staff, forgotten with the person."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue
from guildmark_portal.mail import rewriting
from guildmark_portal.mail.models import Outcome, Posted, Refusal, ToldBy
from guildmark_portal.mail.returned import Report

LONGEST_WORDS = 500
_SAID_FOR: Final = timedelta(days=30)
"""So long somebody is told that their address refused a letter: by then another one has gone to it, or none had to."""


@transaction.atomic
def note(*, job: Job, code: str, words: str) -> None:
    """Keep that the letter of `job` is given up. Noted once, though a job may run more than once.

    Nothing is kept of one that was forgotten with its person while it was on its way.
    """
    if not Job.objects.filter(pk=job.pk).exclude(payload={}).exists():
        return
    known = {"address": job.payload["to"], "code": code[:3], "words": words[:LONGEST_WORDS], "refused_at": clock.now()}
    Refusal.objects.get_or_create(job=job, defaults=known)


@transaction.atomic
def note_returned(*, posted: Posted, report: Report, now: datetime) -> bool:
    """Keep that a letter came back; False if it is known to have failed already."""
    known = {
        "address": posted.address,
        "told_by": ToldBy.RETURNED,
        "code": report.code,
        "status": report.status,
        "words": report.words[:LONGEST_WORDS],
        "refused_at": now,
    }
    refusal, is_new = Refusal.objects.get_or_create(job=posted.job, defaults=known)
    if is_new:
        audit.record(
            actor=audit.SYSTEM,
            action="letter.returned",
            subject=refusal,
            detail={"code": report.code, "status": report.status},
        )
    return is_new


def waiting() -> QuerySet[Refusal]:
    """Those that nobody has dealt with yet, the newest first."""
    return Refusal.objects.filter(settled_at=None).select_related("job")


def can_be_sent(refusal: Refusal) -> bool:
    """Whether the letter is still there, or can be written afresh."""
    return bool(refusal.job.payload) or rewriting.can_rewrite(refusal.job)


def address_failed_at(address: str, *, now: datetime) -> datetime | None:
    """When the newest letter to `address` was refused for good, lately; None if it was not, or was sent again since."""
    newest = Refusal.objects.filter(address__iexact=address).first()
    if newest is None or not newest.is_permanent or newest.outcome == Outcome.RESENT:
        return None
    return newest.refused_at if now - newest.refused_at <= _SAID_FOR else None


def of(address: str) -> list[dict[str, Any]]:
    """What is held on letters to the address that did not arrive."""
    found = Refusal.objects.filter(address__iexact=address)
    return [dict(one) for one in found.values("address", "told_by", "code", "status", "words", "refused_at", "outcome")]


@transaction.atomic
def settle(*, number: int, outcome: Outcome, actor: AbstractBaseUser) -> bool:
    """Send the letter once more, or give it up; its job forgets it either way. One that came back is written afresh.

    False if somebody has dealt with it already, or nothing is left that could be sent.
    """
    refusal = waiting().filter(pk=number).first()
    if refusal is None or (outcome is Outcome.RESENT and not can_be_sent(refusal)):
        return False
    if not waiting().filter(pk=number).update(settled_at=clock.now(), outcome=outcome):
        return False
    job = refusal.job
    if outcome is Outcome.RESENT and job.payload:
        enqueue(kind=job.kind, key=job.key, payload=job.payload, priority=job.priority)
    elif outcome is Outcome.RESENT:
        rewriting.rewrite(job)
    Job.objects.filter(pk=job.pk).update(payload={})
    audit.record(actor=actor, action=f"letter.{outcome.value}", subject=refusal, detail={"code": refusal.code})
    return True
