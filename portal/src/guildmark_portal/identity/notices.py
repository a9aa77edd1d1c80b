"""Telling reviewers that papers wait: a letter with the link to the queue, and nothing of any candidate.

Whoever had nothing to take until now gets one, an hour after their last one at the earliest. The job that writes it looks
again: if somebody else has taken the check by then, there is no letter.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.identity import facts, queries
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.reviewers_letter import ReviewersLetter
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import services as mail

TELL: Final = "identity.tell_reviewer"
AT_MOST_EVERY: Final = timedelta(hours=1)


def entered(check: Check, *, now: datetime) -> None:
    """Have those reviewers told who can take this check and had none to take before, in the caller's transaction."""
    waiting = queries.queue(now=now)
    for reviewer in User.objects.filter(pk__in=facts.reviewers()):
        if [one.check.pk for one in waiting if one.may_be_taken_by(reviewer)] == [check.pk]:
            enqueue(kind=TELL, key=str(reviewer.pk))


@handler(TELL)
def _tell(job: Job) -> None:
    now, reviewer = clock.now(), User.objects.filter(pk=job.key, pk__in=facts.reviewers()).first()
    if reviewer is None or not any(one.may_be_taken_by(reviewer) for one in queries.queue(now=now)):
        return
    last = ReviewersLetter.objects.filter(reviewer=reviewer).first()
    if last is not None and last.sent_at + AT_MOST_EVERY > now:
        raise Later(last.sent_at + AT_MOST_EVERY)
    with transaction.atomic():
        ReviewersLetter.objects.update_or_create(reviewer=reviewer, defaults={"sent_at": now})
        mail.send(
            to=reviewer.email,
            key=f"identity.waiting:{reviewer.pk}",
            template="identity/waiting",
            context={"name": reviewer.name, "url": f"{settings.PORTAL_URL}/review/"},
        )
