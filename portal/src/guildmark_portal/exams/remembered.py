"""Failures that outlive a deleted account, so that deleting it does not end a wait (rule G8).

Kept are the program, the instants of the failures, and a keyed digest of every address that the account ever proved
(`accounts.addresses`): it finds the same address again, and nobody can read the address back from it. All of it goes when the
wait is over.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from guildmark_portal import clock
from guildmark_portal.accounts.addresses import digests_of
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program, RememberedFailure
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler

FORGET: Final = "forget_failures"


def failed_before(*, user: User, program: Program, now: datetime) -> list[datetime]:
    """When an account that had one of the same addresses failed that was deleted since, while its wait runs."""
    rows = RememberedFailure.objects.filter(person__in=digests_of(user), program=program, forget_at__gt=now)
    return sorted(set(rows.values_list("failed_at", flat=True)))


@transaction.atomic
def remember(*, user: User, program: Program, failures: Iterable[datetime], until: datetime) -> None:
    """Keep the failures until then; the caller deletes the account, and says so in the audit table."""
    people = sorted(digests_of(user))
    RememberedFailure.objects.filter(person__in=people, program=program).delete()
    RememberedFailure.objects.bulk_create(
        RememberedFailure(person=person, program=program, failed_at=at, forget_at=until)
        for person in people
        for at in sorted(set(failures))
    )
    enqueue(kind=FORGET, key=until.isoformat(), run_at=until)


@handler(FORGET, attempts=None)
def forget(job: Job) -> None:  # noqa: ARG001 - a handler takes its job
    """Remove what is remembered no longer."""
    RememberedFailure.objects.filter(forget_at__lte=clock.now()).delete()
