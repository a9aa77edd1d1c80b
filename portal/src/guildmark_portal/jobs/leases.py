"""What runners write: claims, heartbeats and outcomes. Each is one conditional UPDATE, and its row count is the answer.

None of it is a promise: if a power cut takes a claim or the end of a job, the job is run again, as after any other death of its
runner. So these commits do not wait for the disk; the next one that is a promise takes them along.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from guildmark_portal.database import unsynced
from guildmark_portal.jobs.models import UNFINISHED, Job


def _claimable(now: datetime) -> Q:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return UNFINISHED & free & Q(run_at__lte=now)


def claim(*, kinds: Q, now: datetime, lease: timedelta) -> Job | None:
    """Claim the next job among `kinds` for the length of `lease`; None when there is nothing to do."""
    while True:
        job = Job.objects.filter(_claimable(now) & kinds).order_by("-priority", "run_at", "id").first()
        if job is None:
            return None
        job.claim, job.leased_until, job.attempts = uuid.uuid4().hex, now + lease, job.attempts + 1
        as_read = Job.objects.filter(_claimable(now), pk=job.pk, requests=job.requests, attempts=job.attempts - 1)
        with unsynced():
            won = as_read.update(claim=job.claim, leased_until=job.leased_until, attempts=job.attempts)
        if won:
            return job


def extend(*, tokens: Iterable[str], now: datetime, lease: timedelta) -> int:
    """Heartbeat: let the leases of these claims run on; the number that still held."""
    with unsynced():
        return Job.objects.filter(UNFINISHED, claim__in=list(tokens)).update(leased_until=now + lease)


def finish(job: Job, *, now: datetime, forget_payload: bool) -> bool:
    """The handler is through. If the job was asked for again meanwhile it becomes due again; False if the lease was lost."""
    mine = Job.objects.filter(UNFINISHED, pk=job.pk, claim=job.claim)
    done: dict[str, Any] = {"finished_at": now, "leased_until": None, "claim": "", "last_error": ""}
    if forget_payload:
        done["payload"] = {}
    with unsynced():
        is_done = mine.filter(requests=job.requests).update(**done)
    if is_done:
        return True
    return bool(mine.update(leased_until=None, claim="", attempts=0, run_at=now, last_error=""))


def postpone(job: Job, *, run_at: datetime, error: str = "", count: bool = True) -> bool:
    """Let the job wait until `run_at`; `count` says whether the attempt counts. False if the lease was lost.

    A job that was asked for again meanwhile does not wait: what it failed on may have changed.
    """
    mine = Job.objects.filter(UNFINISHED, pk=job.pk, claim=job.claim)
    waiting = {
        "leased_until": None,
        "claim": "",
        "last_error": error,
        "attempts": F("attempts") if count else F("attempts") - 1,
    }
    if mine.filter(requests=job.requests).update(run_at=run_at, **waiting):
        return True
    return bool(mine.update(**waiting))


def bury(job: Job, *, now: datetime, error: str) -> bool:
    """Give the job up. It is kept, to be seen and asked for again; False if the lease was lost."""
    return bool(
        Job.objects.filter(UNFINISHED, pk=job.pk, claim=job.claim).update(
            dead_at=now, leased_until=None, claim="", last_error=error
        )
    )


def release(*, tokens: Iterable[str]) -> int:
    """Hand claims back that will not be worked on, as if they had never been made."""
    return Job.objects.filter(UNFINISHED, claim__in=list(tokens)).update(
        leased_until=None, claim="", attempts=F("attempts") - 1
    )


def release_all() -> int:
    """Free every claim. Only for a process that knows itself to be the only one, when it starts."""
    return Job.objects.filter(UNFINISHED, leased_until__isnull=False).update(leased_until=None, claim="")
