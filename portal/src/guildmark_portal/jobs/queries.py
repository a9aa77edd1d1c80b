"""Reading the table of work."""

from django.db.models import Q

from guildmark_portal.jobs.models import UNFINISHED, Job


def unfinished(*, kind: str, key: str) -> Job | None:
    """The job of this kind and key that waits or runs, if there is one."""
    return Job.objects.filter(UNFINISHED, kind=kind, key=key).first()


def is_running(job: Job) -> bool:
    """Whether a runner holds the job."""
    return bool(job.claim)


def position(job: Job) -> int:
    """The job's place among those of its kind that wait, counted from 1; for a running one, 0."""
    if is_running(job):
        return 0
    earlier = Q(run_at__lt=job.run_at) | Q(run_at=job.run_at, pk__lt=job.pk)
    ahead = Q(priority__gt=job.priority) | (Q(priority=job.priority) & earlier)
    return Job.objects.filter(UNFINISHED & ahead, kind=job.kind, claim="").count() + 1


def oldest_due(*, kind: str) -> Job | None:
    """The job of this kind that has waited longest, if any waits."""
    return Job.objects.filter(UNFINISHED, kind=kind, claim="").order_by("run_at").first()
