"""Letters that did not arrive: noted by the delivery, settled by staff, forgotten with the person."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue
from guildmark_portal.mail.models import Outcome, Refusal

LONGEST_WORDS = 500


def note(*, job: Job, code: str, words: str) -> None:
    """Keep that the letter of `job` is given up. Noted once, though a job may run more than once."""
    known = {"address": job.payload["to"], "code": code[:3], "words": words[:LONGEST_WORDS], "refused_at": clock.now()}
    Refusal.objects.get_or_create(job=job, defaults=known)


def waiting() -> QuerySet[Refusal]:
    """Those that nobody has dealt with yet, the newest first."""
    return Refusal.objects.filter(settled_at=None)


def of(address: str) -> list[dict[str, Any]]:
    """What is held on letters to the address that did not arrive."""
    found = Refusal.objects.filter(address__iexact=address)
    return [dict(one) for one in found.values("address", "code", "words", "refused_at", "outcome")]


@transaction.atomic
def settle(*, number: int, outcome: Outcome, actor: AbstractBaseUser) -> bool:
    """Send the letter once more, or give it up; False if somebody has dealt with it already. Its job forgets it either way."""
    if not waiting().filter(pk=number).update(settled_at=clock.now(), outcome=outcome):
        return False
    refusal = Refusal.objects.select_related("job").get(pk=number)
    job = refusal.job
    if outcome is Outcome.RESENT and job.payload:
        enqueue(kind=job.kind, key=job.key, payload=job.payload, priority=job.priority)
    Job.objects.filter(pk=job.pk).update(payload={})
    audit.record(actor=actor, action=f"letter.{outcome.value}", subject=refusal, detail={"code": refusal.code})
    return True
