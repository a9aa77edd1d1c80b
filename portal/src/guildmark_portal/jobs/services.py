"""Enqueueing work. The runner's own writes are in `leases`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from guildmark_portal import clock
from guildmark_portal.jobs.handlers import Hopeless, Later, handler
from guildmark_portal.jobs.models import UNFINISHED, Job
from guildmark_portal.jobs.wakeup import wake

__all__ = ["Hopeless", "Later", "enqueue", "handler"]


def enqueue(
    *, kind: str, key: str, payload: Mapping[str, Any] | None = None, run_at: datetime | None = None, priority: int = 0
) -> Job:
    """Ask for a job, in the caller's transaction; runners are woken when it commits.

    With an unfinished job of the same kind and key, that one is answered: it gets the newer payload, the earlier time and
    the higher priority, and if it is running it will run once more.
    """
    due, work = run_at or clock.now(), dict(payload or {})
    with transaction.atomic():
        transaction.on_commit(lambda: wake(kind))
        while True:
            job, made = Job.objects.filter(UNFINISHED).get_or_create(
                kind=kind, key=key, defaults={"payload": work, "run_at": due, "priority": priority}
            )
            if made:
                return job
            # It may have been finished since: then this changes nothing, and a new job is made.
            asked_again = Job.objects.filter(UNFINISHED, pk=job.pk).update(
                payload=work,
                run_at=Least(F("run_at"), due),
                priority=Greatest(F("priority"), priority),
                requests=F("requests") + 1,
            )
            if asked_again:
                job.refresh_from_db()
                return job
