"""The table of work."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guildmark_portal import clock

UNFINISHED = Q(finished_at__isnull=True, dead_at__isnull=True)


class Job(models.Model):
    """One piece of work: facts only. It is unfinished until `finished_at` or `dead_at` is set."""

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=200)
    payload: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("payload"), default=dict)
    priority = models.IntegerField(_("priority"), default=0, help_text=_("Higher runs first."))
    run_at = models.DateTimeField(_("not before"))
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    requests = models.PositiveIntegerField(_("requests"), default=1)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    claim = models.CharField(_("claim"), max_length=40, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        """Names, the order of claiming, and the constraint that work waits only once."""

        ordering: ClassVar = ["-priority", "run_at", "id"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], condition=UNFINISHED, name="jobs_job_once_while_unfinished")
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "-priority", "run_at", "id"], condition=UNFINISHED, name="jobs_job_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
