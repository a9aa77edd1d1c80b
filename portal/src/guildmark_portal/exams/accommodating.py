"""Accommodations: granted to a person, revoked, and applied where the clock of an attempt starts (rule S3).

What holds when the clock starts holds for the whole attempt, whatever is granted or revoked later: extra time is credited
then, and each break when it is taken.
"""

from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_noop

from guildmark.rules.accommodation import Grant, breaks_left, extra, fits, in_force
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import locked, require_running
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.facts import credits_of
from guildmark_portal.exams.models import Accommodation, Attempt, Credit, CreditKind, Program
from guildmark_portal.exams.refusals import AccommodationRefused, NoBreakLeft

EXTRA_TIME = gettext_noop("Extra time that was granted to you.")
BREAK = gettext_noop("A break that was granted to you.")
NOTHING = Grant(percent=0, breaks=0, break_minutes=0, granted_at=datetime.fromtimestamp(0, tz=UTC))


@transaction.atomic
def accommodate(  # noqa: PLR0913 - what an accommodation is made of
    *,
    user: User,
    program: Program | None,
    percent: int,
    breaks: int,
    break_minutes: int,
    ends_on: date | None,
    actor: AbstractBaseUser | str,
    now: datetime,
) -> Accommodation:
    """Grant it from now on, at `program` or everywhere. What holds already goes on holding (`in_force`).

    Raises `AccommodationRefused` for one that grants nothing, goes beyond the bounds, or is over already.
    """
    if not fits(percent=percent, breaks=breaks, break_minutes=break_minutes):
        raise AccommodationRefused
    if ends_on is not None and ends_on < localtime(now).date():
        raise AccommodationRefused
    granted = Accommodation.objects.create(
        user=user,
        program=program,
        percent=percent,
        breaks=breaks,
        break_minutes=break_minutes,
        granted_at=now,
        ends_on=ends_on,
    )
    detail = {"percent": percent, "breaks": breaks, "break_minutes": break_minutes}
    audit.record(actor=actor, action="accommodation.granted", subject=granted, detail=detail)
    return granted


@transaction.atomic
def revoke(*, accommodation: Accommodation, actor: AbstractBaseUser | str, now: datetime) -> bool:
    """End it for attempts that begin from now on; False if it was revoked before."""
    if not Accommodation.objects.filter(pk=accommodation.pk, revoked_at=None).update(revoked_at=now):
        return False
    audit.record(actor=actor, action="accommodation.revoked", subject=accommodation)
    return True


def granted_to(attempt: Attempt, *, now: datetime | None = None) -> Grant:
    """What held when the clock of the attempt started, or would if it started `now`; nothing in a rehearsal."""
    starts = attempt.started_at or now
    if starts is None or attempt.program.is_rehearsal:
        return NOTHING
    fitting = Accommodation.objects.filter(Q(program=None) | Q(program=attempt.program_id), user=attempt.user_id)
    found = [Grant(one.percent, one.breaks, one.break_minutes, one.granted_at, one.ends_on, one.revoked_at) for one in fitting]
    return in_force(found, at=localtime(starts)) or NOTHING


def credit_extra_time(*, attempt: Attempt, now: datetime) -> Credit | None:
    """Within the transaction that starts the clock: the extra time of an accommodation that holds."""
    seconds = extra_seconds(attempt, granted_to(attempt))
    if not seconds:
        return None
    return grant_credit(
        attempt=attempt, seconds=seconds, reason=EXTRA_TIME, actor=audit.SYSTEM, now=now, kind=CreditKind.ACCOMMODATION
    )


def extra_seconds(attempt: Attempt, granted: Grant) -> int:
    """The extra time that `granted` is in this exam."""
    duration = timedelta(minutes=attempt.exam_version.bank.exam.duration_minutes)
    return int(extra(duration, granted.percent).total_seconds())


@transaction.atomic
def take_break(*, attempt: Attempt, now: datetime) -> Credit:
    """Take a break: its minutes are added now, and the clock runs on. While one lasts, it is answered again.

    Raises `NoBreakLeft` where none is left or none was granted, `AttemptClosed` once the time is up.
    """
    fresh = locked(attempt)
    require_running(fresh, now=now)
    under_way = break_under_way(fresh, now=now)
    if under_way is not None:
        return under_way
    granted = granted_to(fresh)
    if not breaks_left(granted.breaks, len(_breaks(fresh))):
        raise NoBreakLeft
    seconds = granted.break_minutes * 60
    return grant_credit(attempt=fresh, seconds=seconds, reason=BREAK, actor=fresh.user, now=now, kind=CreditKind.BREAK)


def breaks_to_take(attempt: Attempt, granted: Grant) -> int:
    """How many breaks of what was granted are left."""
    return breaks_left(granted.breaks, len(_breaks(attempt)))


def break_under_way(attempt: Attempt, *, now: datetime) -> Credit | None:
    """The break that lasts at `now`."""
    return next((one for one in _breaks(attempt) if now < ends_at(one)), None)


def ends_at(credit: Credit) -> datetime:
    """When a break is over."""
    return credit.granted_at + timedelta(seconds=credit.seconds)


def _breaks(attempt: Attempt) -> list[Credit]:
    return [credit for credit in credits_of(attempt) if credit.kind == CreditKind.BREAK.value]
