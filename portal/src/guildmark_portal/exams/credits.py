"""Time that is added to an attempt: it moves the deadline and the last byte, and both are decided at their new instants.

Every credit has its audit entry and its letter, whatever it is for: `engine.crediting` listens and writes it.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from guildmark_portal.audit import services as audit
from guildmark_portal.exams import queries
from guildmark_portal.exams.attempts import enqueue_when_due, locked
from guildmark_portal.exams.changes import announce, credited
from guildmark_portal.exams.models import Attempt, Credit, CreditKind, Extends, Outage
from guildmark_portal.exams.refusals import NothingToCredit


@transaction.atomic
def grant_credit(  # noqa: PLR0913 - what a credit is made of
    *,
    attempt: Attempt,
    seconds: int,
    reason: str,
    actor: AbstractBaseUser | str,
    now: datetime,
    kind: CreditKind = CreditKind.STAFF,
    outage: Outage | None = None,
    extends: Extends = Extends.DEADLINE,
    once: str = "",
) -> Credit:
    """Add `seconds` to the attempt, before its start or after. Raises `NothingToCredit` once it is finished or decided.

    With the `once` of an earlier call, nothing is added, and that call's credit is answered.

    The attempt is locked, so that nobody decides it meanwhile. The deadline may have passed: where the decision is not written
    down yet, the attempt goes on until the new one.
    """
    fresh = locked(attempt)
    done = audit.done_before(action="attempt.credited", subject=fresh, once=once)
    if done is not None:
        return Credit.objects.get(pk=done.detail["credit"])
    if fresh.ended_at is not None or fresh.finished_at is not None:
        raise NothingToCredit
    credit = Credit.objects.create(
        attempt=fresh,
        kind=kind.value,
        extends=extends.value,
        seconds=seconds,
        reason=reason,
        outage=outage,
        granted_at=now,
    )
    deadline = enqueue_when_due(queries.attempt_with(fresh.pk))
    audit.record(
        actor=actor,
        action="attempt.credited",
        subject=fresh,
        detail={
            "credit": credit.pk,
            "seconds": seconds,
            "deadline": None if deadline is None else deadline.isoformat(),
            **({"once": once} if once else {}),
        },
    )
    credited.send(sender=None, credit=credit)
    announce(fresh.pk)
    return credit
