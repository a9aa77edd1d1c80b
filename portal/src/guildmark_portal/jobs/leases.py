"""What runners write: claims, heartbeats and outcomes. Each is one conditional UPDATE, and its row count is the answer."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from guildmark_portal.jobs.models import UNFINISHED, Job


def _claimable(now: datetime) -> Q:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return UNFINISHED & free & Q(run_at__lte=now)


def claim(*, kinds: Q, now: datetime, lease: timedelta) -> Job | None:
    """Claim the next job among `kinds` for the length of `lease`; None when there is nothing to do."""
    while True:
        found = Job.objects.filter(_claimable(now) & kinds).order_by("-priority", "run_at", "id").values_list("pk").first()
        if found is None:
            return None
        token = uuid.uuid4().hex
        won = Job.objects.filter(_claimable(now), pk=found[0]).update(
            claim=token, leased_until=now + lease, attempts=F("attempts") + 1
        )
        if won:
            job = Job.objects.filter(pk=found[0], claim=token).first()
            if job is not None:
                return job


def extend(*, tokens: Iterable[str], now: datetime, lease: timedelta) -> int:
    """Heartbeat: let the leases of these claims run on; the number that still held."""
    return Job.objects.filter(UNFINISHED, claim__in=list(tokens)).update(leased_until=now + lease)


def finish(job: Job, *, now: datetime, forget_payload: bool) -> bool:
    """The handler is through. If the job was asked for again meanwhile it becomes due again; False if the lease was lost."""
    mine = Job.objects.filter(UNFINISHED, pk=job.pk, claim=job.claim)
    done: dict[str, Any] = {"finished_at": now, "leased_until": None, "claim": "", "last_error": ""}
    if forget_payload:
        done["payload"] = {}
    if mine.filter(requests=job.requests).update(**done):
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
