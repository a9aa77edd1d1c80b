"""The job `credit_outage`: give the time of an outage back to every attempt that it touched, and tell the candidates.

It may run again at any point: an outage is credited once to an attempt, and the letter goes with the credit or not at all.
"""

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark.packs.model import text_in
from guildmark_portal import clock
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Credit, Outage
from guildmark_portal.exams.outages import CREDIT_OUTAGE, credit_outage, touched
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import handler
from guildmark_portal.mail import services as mail

_MINUTE = 60


@handler(CREDIT_OUTAGE, attempts=None)
def credit(job: Job) -> None:
    """Credit the outage that `job` names, one attempt a transaction."""
    outage = Outage.objects.get(pk=job.payload["outage"])
    for attempt in touched(outage):
        with transaction.atomic():
            given = credit_outage(outage=outage, attempt=attempt, now=clock.now())
            if given is not None:
                _tell(attempt_with(attempt.pk), given)


def _tell(attempt: Attempt, given: Credit) -> None:
    language, deadline = attempt.user.language or get_language(), timeline(attempt).deadline
    with override(language):
        context = {
            "name": attempt.user.name,
            "exam": text_in(attempt.exam_version.bank.exam.title, current()),
            "minutes": given.seconds // _MINUTE,
            "seconds": given.seconds % _MINUTE,
            "reason": given.reason,
            "deadline": "" if deadline is None else date_format(localtime(deadline), "DATETIME_FORMAT"),
            "exam_url": f"{settings.PORTAL_URL}/exam/{attempt.pk}/",
        }
    mail.send(to=attempt.user.email, key=f"credit:{given.pk}", template="engine/credit", language=language, context=context)
