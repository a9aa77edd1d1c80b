"""Reading the table of work."""

from collections.abc import Collection

from django.db.models import QuerySet

from guildmark_portal.jobs.models import UNFINISHED, Job


def places(*, kind: str, keys: Collection[str]) -> dict[str, int]:
    """The places, counted from 1, of those jobs that wait among all of their kind; one that runs has none. One query."""
    if not keys:
        return {}
    waiting = Job.objects.filter(UNFINISHED, kind=kind, claim="").order_by("-priority", "run_at", "pk")
    return {key: place for place, key in enumerate(waiting.values_list("key", flat=True), start=1) if key in keys}


def unfinished(*, kind: str, priority: int) -> QuerySet[Job]:
    """The jobs of `kind` that are not done, of at least this priority, whether they run or wait."""
    return Job.objects.filter(UNFINISHED, kind=kind, priority__gte=priority)
