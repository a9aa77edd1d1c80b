"""Applications that outlive a deleted account, so that deleting it does not give another one (rule G7).

Kept are the program, the instant, and a keyed digest of every address that the account ever proved (`accounts.addresses`),
until the next application could be made. Nobody can read the address back from it.
"""

from datetime import datetime
from typing import Final

from guildmark.rules.stipend import YEAR
from guildmark_portal import clock
from guildmark_portal.accounts.addresses import digests_of
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.stipends.models import Application, RememberedApplication

FORGET: Final = "forget_stipends"


def applied(*, user: User, program: Program) -> list[datetime]:
    """When they applied, with this account or with one of the same address that was deleted since."""
    own = Application.objects.filter(user=user, program=program).values_list("applied_at", flat=True)
    before = RememberedApplication.objects.filter(person__in=digests_of(user), program=program)
    return [*own, *set(before.values_list("applied_at", flat=True))]  # once for each digest of one account


def recent_of(user: User, *, now: datetime) -> list[Application]:
    """Their applications of the last 365 days, which still count."""
    return list(Application.objects.filter(user=user, applied_at__gt=now - YEAR).select_related("program"))


def remember(user: User, *, now: datetime) -> None:
    """Keep when they applied while it counts; the caller deletes the account."""
    counting, people = recent_of(user, now=now), sorted(digests_of(user))
    RememberedApplication.objects.bulk_create(
        RememberedApplication(person=person, program=one.program, applied_at=one.applied_at)
        for person in people
        for one in counting
    )
    for one in counting:
        enqueue(kind=FORGET, key=one.applied_at.isoformat(), run_at=one.applied_at + YEAR)


@handler(FORGET, attempts=None)
def forget(job: Job) -> None:  # noqa: ARG001 - a handler takes its job
    """Remove what counts no longer."""
    RememberedApplication.objects.filter(applied_at__lte=clock.now() - YEAR).delete()
