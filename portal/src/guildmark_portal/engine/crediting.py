"""The job `credit_outage`: give the time of an outage back to every attempt that it touched. And the letter of every credit.

The job may run again at any point: an outage is credited once to an attempt, and the letter goes with the credit or not at all.
"""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark.packs.model import text_in
from guildmark_portal import clock
from guildmark_portal.exams.attempts import enqueue_decision
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Credit, Extends, Outage
from guildmark_portal.exams.outages import CREDIT_OUTAGE, credit_outage, settle, touched
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import handler
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail

_MINUTE = 60


@handler(CREDIT_OUTAGE, attempts=None)
def credit(job: Job) -> None:
    """Credit the outage that `job` names, one attempt a transaction."""
    credit_all(Outage.objects.get(pk=job.payload["outage"]))


def credit_all(outage: Outage) -> None:
    """Credit the outage to every attempt that it touched; then nothing is held by it any more."""
    attempts = list(touched(outage))
    given = [credit_outage(outage=outage, attempt=attempt, now=clock.now()) for attempt in attempts]
    now = clock.now()
    settle(outage=outage, now=now)
    for attempt, credit_given in zip(attempts, given, strict=True):
        if credit_given is None:
            enqueue_decision(attempt, run_at=now)  # the outage may have been all that held it


def tell(*, credit: Credit, **_signal: object) -> None:
    """Write the letter of a credit. A rehearsal has none."""
    attempt = attempt_with(credit.attempt_id)
    if attempt.program.is_rehearsal:
        return
    language = attempt.user.language or get_language()
    with override(language):
        context = {
            "name": attempt.user.name,
            "exam": text_in(attempt.exam_version.bank.exam.title, current()),
            "kind": credit.kind,
            "minutes": credit.seconds // _MINUTE,
            "seconds": credit.seconds % _MINUTE,
            "reason": credit.said,
            **_until(attempt, credit),
            "exam_url": f"{settings.PORTAL_URL}/exam/{attempt.pk}/",
        }
    mail.send(to=attempt.user.email, key=f"credit:{credit.pk}", template="engine/credit", language=language, context=context)


@rewriting.writer("credit")
def _tell_again(key: str) -> None:
    tell(credit=Credit.objects.get(pk=key))


def _until(attempt: Attempt, credit: Credit) -> dict[str, str]:
    """What the credit moved, as the active language writes it: the deadline, or the last byte alone."""
    facts = timeline(attempt)
    name, at = ("last_byte", facts.last_byte_at) if credit.extends == Extends.GRACE.value else ("deadline", facts.deadline)
    return {} if at is None else {name: date_format(localtime(at), "DATETIME_FORMAT")}
