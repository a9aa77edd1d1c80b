"""Reminders before a certificate ends, as many days before as its program settles.

One job looks after all certificates, once a day, for ever. A day that was missed is made up for, but nobody gets two letters at
once: of several reminders that are due, only the latest is written.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from guildmark.rules.credential import Standing
from guildmark.rules.validity import reminder_due
from guildmark_portal import clock
from guildmark_portal.credentials import letters
from guildmark_portal.credentials.models import Certificate, ExpiryReminder
from guildmark_portal.exams.models import Program
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler

REMIND: Final = "certificate.remind"
_EVERYTHING: Final = "all"
_A_DAY: Final = timedelta(days=1)


def look_from_now_on(*, now: datetime) -> None:
    """Have the job look within a day, as it does ever after."""
    enqueue(kind=REMIND, key=_EVERYTHING, run_at=now + _A_DAY)


@handler(REMIND, attempts=None)
def remind(_job: Job) -> None:
    """Write the reminders that are due, and look again tomorrow."""
    now = clock.now()
    for certificate, days in _due(today=now.date()):
        _remind(certificate, days=days, now=now)
    raise Later(now + _A_DAY)


def _due(*, today: date) -> Iterator[tuple[Certificate, int]]:
    """The valid certificates of which a reminder is due that was not written, nor a later one."""
    for program in Program.objects.all():
        asked = program.policy.expiry_reminders
        if not asked:
            continue
        ending = Certificate.objects.filter(
            attempt__program=program, demonstration=False, expires_on__range=(today, today + timedelta(days=max(asked)))
        )
        whole = ending.select_related("attempt__user", "attempt__entitlement", "attempt__program", "attempt__exam_version")
        for certificate in whole.prefetch_related("events", "reminders"):
            written = [reminder.days for reminder in certificate.reminders.all()]
            days = reminder_due(asked, written, last_day=certificate.expires_on, today=today)
            if days is not None and certificate.standing(today=today) is Standing.VALID:
                yield certificate, days


@transaction.atomic
def _remind(certificate: Certificate, *, days: int, now: datetime) -> None:
    _reminder, is_new = ExpiryReminder.objects.get_or_create(certificate=certificate, days=days, defaults={"written_at": now})
    if is_new:
        letters.remind(certificate, days=days)
