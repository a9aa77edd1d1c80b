"""Looking every hour: reminders a week and a day before a window opens, and addresses that are needed no more.

Whoever never accepted has nothing to do with the portal: 30 days after the window their row names nobody.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from guildmark_portal import clock
from guildmark_portal.cohorts.forgetting import blank
from guildmark_portal.cohorts.inviting import remind_all
from guildmark_portal.cohorts.models import Cohort, Invitation
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler

LOOK: Final = "cohort.look"
REMINDERS: Final = (timedelta(days=7), timedelta(days=1))
"""So long before the window opens."""
KEPT: Final = timedelta(days=30)
_HOUR: Final = timedelta(hours=1)


def look_hourly() -> None:
    """Have the job look now, and every hour after."""
    enqueue(kind=LOOK, key="all")


@handler(LOOK, attempts=None)
def _look(_job: Job) -> None:
    look(now=clock.now())
    raise Later(clock.now() + _HOUR)


def look(*, now: datetime) -> None:
    """Write the reminders that are due, and forget."""
    for cohort in Cohort.objects.filter(ended_at=None, opens_at__gt=now, opens_at__lte=now + max(REMINDERS)):
        due = max(cohort.opens_at - before for before in REMINDERS if cohort.opens_at - before <= now)
        waiting = Invitation.objects.filter(Q(reminded_at=None) | Q(reminded_at__lt=due), cohort=cohort, sent_at__lt=due)
        if waiting.filter(accepted_at=None, withdrawn_at=None).exists():
            remind_all(cohort, now=now)
    over = Invitation.objects.filter(cohort__closes_at__lte=now - KEPT, accepted_at=None).exclude(email="")
    for invitation in over:
        blank(invitation)
