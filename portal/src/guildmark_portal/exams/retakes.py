"""The wait between a failed attempt and the next one, as the program settles it (rule G8).

A failure that was ours counts for nothing: its candidate was given the right to sit again, and that right names the attempt.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.rules.attempt import decided_at
from guildmark.rules.retake import retake_from
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt, Entitlement, Program
from guildmark_portal.exams.queries import every_attempt
from guildmark_portal.exams.refusals import RetakeTooEarly
from guildmark_portal.exams.remembered import failed_before
from guildmark_portal.exams.results import result_of

_AGAIN: Final = "again:"


def source_of_waiver(attempt: Attempt) -> str:
    """What the right to sit again after that attempt was granted through."""
    return f"{_AGAIN}{attempt.pk.hex}"


def waiver_of(attempt: Attempt) -> Entitlement | None:
    """The right to sit again that was given for the attempt."""
    return Entitlement.objects.filter(user=attempt.user_id, source=source_of_waiver(attempt)).first()


def failures(*, user: User, program: Program, now: datetime) -> tuple[datetime, ...]:
    """When `user` failed at the program since they last passed it. Computed from the facts: no job has to have run.

    Failures of a deleted account with the same address come first, while its wait runs. A pilot that certifies nothing counts
    for nothing.
    """
    failed = failed_before(user=user, program=program, now=now)
    waived = set(user.entitlements.filter(program=program, source__startswith=_AGAIN).values_list("source", flat=True))
    counted = [one for one in every_attempt(user=user, program=program) if not one.is_pilot or one.settled.pilot_certifies]
    decided = [(decided_at(timeline(attempt), now=now), attempt) for attempt in counted]
    for at, attempt in sorted(((at, attempt) for at, attempt in decided if at is not None), key=lambda pair: pair[0]):
        if result_of(attempt).passed:
            failed = []
        elif source_of_waiver(attempt) not in waived:
            failed = [*failed, at]
    return tuple(failed)


def wait_until(*, user: User, program: Program, now: datetime) -> datetime | None:
    """The instant from which another attempt may be opened, while that lies ahead."""
    waits = program.policy.retake_waits
    again = retake_from(failures(user=user, program=program, now=now), waits) if waits else None
    return again if again is not None and now < again else None


def waits_that_run(*, user: User, now: datetime) -> Iterator[tuple[Program, datetime]]:
    """The programs at which somebody has to wait, each with the instant at which the wait is over."""
    for program in Program.objects.order_by("slug"):
        again = wait_until(user=user, program=program, now=now)
        if again is not None:
            yield program, again


def require_wait_over(*, user: User, program: Program, now: datetime) -> None:
    """Raise `RetakeTooEarly` with the instant from which another attempt may be opened, while that lies ahead."""
    again = wait_until(user=user, program=program, now=now)
    if again is not None:
        said = date_format(localtime(again), "DATETIME_FORMAT")
        raise RetakeTooEarly(next_step=_("You can register again from %(instant)s on.") % {"instant": said})
