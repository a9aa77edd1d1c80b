"""Outages of ours: declared with their beginning and end, and given back to every attempt that they touched (rule X10).

`declare_outage` writes the outage down; a job of `engine.crediting` then credits the attempts, one transaction each, so that
the database is never held for all of them at once.
"""

import math
from datetime import datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from guildmark.rules.outage import Span, uncredited
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import locked
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt, Credit, Outage
from guildmark_portal.exams.refusals import NoOutage
from guildmark_portal.jobs import services as jobs

CREDIT_OUTAGE: Final = "credit_outage"


@transaction.atomic
def declare_outage(
    *, began_at: datetime, ended_at: datetime, reason: str, actor: AbstractBaseUser | str, now: datetime
) -> Outage:
    """Write an outage down that is over, and have it credited. Raises `NoOutage` for a stretch of time that can be none."""
    if not began_at < ended_at <= now or not reason.strip():
        raise NoOutage
    outage = Outage.objects.create(began_at=began_at, ended_at=ended_at, reason=reason.strip(), declared_at=now)
    jobs.enqueue(kind=CREDIT_OUTAGE, key=str(outage.pk), payload={"outage": outage.pk}, run_at=now)
    audit.record(
        actor=actor,
        action="outage.declared",
        subject=outage,
        detail={"began_at": began_at.isoformat(), "ended_at": ended_at.isoformat(), "decided": decided_by_then(outage).count()},
    )
    return outage


def touched(outage: Outage) -> QuerySet[Attempt]:
    """The attempts whose clock may have run in the outage, and that may still go on."""
    return Attempt.objects.filter(started_at__lt=outage.ended_at, finished_at=None, ended_at=None).order_by("started_at", "pk")


def decided_by_then(outage: Outage) -> QuerySet[Attempt]:
    """The attempts that ended in the outage or after it began, and are decided: no credit helps them any more."""
    ended = Attempt.objects.filter(started_at__lt=outage.ended_at, ended_at__gt=outage.began_at)
    return ended.order_by("started_at", "pk")


@transaction.atomic
def credit_outage(*, outage: Outage, attempt: Attempt, now: datetime) -> Credit | None:
    """Give back to the attempt what the outage took from it, in whole seconds, once. None where that is nothing."""
    fresh = locked(attempt)
    facts = timeline(fresh)
    over = fresh.ended_at is not None or fresh.finished_at is not None
    if over or facts.started_at is None or facts.deadline is None or fresh.credits.filter(outage=outage).exists():
        return None
    lost = uncredited(
        Span(outage.began_at, outage.ended_at),
        started_at=facts.started_at,
        deadline=facts.deadline,
        before=[Span(one.began_at, one.ended_at) for one in Outage.objects.filter(credits__attempt=fresh)],
    )
    seconds = math.ceil(lost.total_seconds())
    if not seconds:
        return None
    return grant_credit(attempt=fresh, seconds=seconds, reason=outage.reason, actor=audit.SYSTEM, now=now, outage=outage)
