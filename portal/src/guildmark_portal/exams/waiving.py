"""Letting a candidate sit again, where the fault was ours (rules G8, X10): nobody waits for that attempt, or pays twice."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from guildmark.rules.attempt import decided_at
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import locked
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.entitling import grant
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt, Entitlement
from guildmark_portal.exams.refusals import NoWaiver
from guildmark_portal.exams.results import result_of
from guildmark_portal.exams.retakes import source_of_waiver, waiver_of


def can_waive(attempt: Attempt, *, now: datetime) -> bool:
    """Whether the attempt is a failure, of an exam, for which nobody was let sit again yet."""
    if attempt.program.is_rehearsal or decided_at(timeline(attempt), now=now) is None:
        return False
    return not result_of(attempt).passed and waiver_of(attempt) is None


@transaction.atomic
def waive(*, attempt: Attempt, actor: AbstractBaseUser | str, now: datetime) -> Entitlement:
    """Count the attempt as no failure, and give the right to sit once more. Raises `NoWaiver`: once for an attempt."""
    fresh = locked(attempt)
    if not can_waive(fresh, now=now):
        raise NoWaiver
    source = source_of_waiver(fresh)
    right = grant(
        to=fresh.user, program=fresh.program, source=source, once=source, email=fresh.entitlement.email, actor=actor, now=now
    )
    audit.record(actor=actor, action="attempt.waived", subject=fresh, detail={"entitlement": right.pk})
    announce(fresh.pk)
    return right
