"""What one look at the portal's own work finds: whether it was down since the last look, and whether grading stands still.

`watch` looks every few seconds, and once at the start, before any page is answered and any job is run.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from guildmark.rules.outage import gap
from guildmark_portal.engine.outage_mail import tell_owners
from guildmark_portal.exams.models import Outage, OutageKind
from guildmark_portal.exams.outages import beat, begin_outage, end_outage, last_beat, note_gap
from guildmark_portal.exams.waiting import Grading

log = logging.getLogger(__name__)


def look(*, now: datetime) -> Outage | None:
    """Beat, and write down what began or is over; the outage of the portal that was found, for its credits are urgent.

    An outage is noted before the beat: whoever is killed in between finds it again.
    """
    found = gap(last_beat(), now=now, after=_after())
    noted = None if found is None else note_gap(gap=found, now=now)
    beat(now=now)
    if noted is not None:
        log.warning("The portal was not at work for %d s; running exams get that time back.", _seconds(noted))
    _look_at_grading(now=now)
    return noted


def was_silent(*, now: datetime) -> bool:
    """Whether the time since the last beat is an outage that the watch has yet to find. False where nothing watches."""
    return gap(last_beat(), now=now, after=_after()) is not None


def _look_at_grading(*, now: datetime) -> None:
    seen, standing = Grading.seen(), Outage.objects.filter(kind=OutageKind.GRADING.value, ended_at=None).first()
    if standing is not None:
        if not seen.goes_on(standing.began_at) and _end(standing, now=now):
            log.warning("Grading goes on. The time left of running exams does, too.")
        return
    since = seen.stalled_since(now=now, after=_after())
    if since is not None:
        with transaction.atomic():
            tell_owners(begin_outage(began_at=since, now=now))
        log.error("Nothing is graded since %s: the time left of running exams stands still.", since.isoformat())


@transaction.atomic
def _end(outage: Outage, *, now: datetime) -> bool:
    is_over = end_outage(outage=outage, now=now)
    if is_over:
        tell_owners(outage)
    return is_over


def _seconds(outage: Outage) -> float:
    return 0.0 if outage.ended_at is None else (outage.ended_at - outage.began_at).total_seconds()


def _after() -> timedelta:
    return timedelta(seconds=settings.OUTAGE_AFTER_S)
