"""Outages of ours, measured or declared, and given back to every attempt that they touched (rule X10).

What is over is credited by a job of `engine.crediting`, one transaction an attempt, so that the database is never held for
all of them at once. While a measured one is open, the time left of attempts stands still; from its end to its credit, nothing
of that is lost and nothing is decided (`facts.exam_clock`).
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from guildmark.protocol import ExamKind
from guildmark.rules.attempt import ExamClock, accepts_bytes, deadline_at, last_byte_until
from guildmark.rules.outage import Span, uncredited
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.attempts import locked
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.facts import credits_of, exam_clock, given_back, open_uploads
from guildmark_portal.exams.models import Attempt, Beat, Credit, CreditKind, Extends, Outage, OutageKind
from guildmark_portal.exams.refusals import (
    NoOutage,
    OutageKnown,
    OutageNotOver,
    OutageOfOwnExam,
    OutageTooLong,
    OutageUnexplained,
)
from guildmark_portal.jobs import services as jobs

CREDIT_OUTAGE: Final = "credit_outage"
PORTAL: Final = "portal"
REASONS: Final = {
    OutageKind.PORTAL: gettext_noop("The exam portal could not be reached."),
    OutageKind.GRADING: gettext_noop("Submissions could not be graded."),
}
"""What candidates read of an outage that nobody had to declare. Translated when it is shown."""
LONGEST: Final = timedelta(days=3)
"""What is declared longer than this is a slip of the pen, unless whoever declares it says that it is none."""
_EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)


@transaction.atomic
def declare_outage(  # noqa: PLR0913 - what an outage is made of
    *,
    began_at: datetime,
    ended_at: datetime,
    reason: str,
    actor: AbstractBaseUser | str,
    now: datetime,
    is_long: bool = False,
) -> Outage:
    """Write an outage down that is over, and have it credited. Raises `NoOutage` for a stretch of time that can be none.

    Nobody declares one in which they sat an exam themselves: it would give them time.
    """
    _require_outage(began_at, ended_at, reason, now=now, is_long=is_long)
    if Outage.objects.filter(kind=OutageKind.DECLARED.value, began_at=began_at, ended_at=ended_at).exists():
        raise OutageKnown
    if isinstance(actor, AbstractBaseUser) and _sat(actor, began_at, ended_at):
        raise OutageOfOwnExam
    outage = Outage.objects.create(
        kind=OutageKind.DECLARED.value, began_at=began_at, ended_at=ended_at, reason=reason.strip(), noticed_at=now
    )
    _over(outage, action="outage.declared", actor=actor, now=now)
    return outage


@transaction.atomic
def note_gap(*, gap: Span, now: datetime) -> Outage:
    """Write down that the portal was not at work, and have it credited."""
    outage = Outage.objects.create(
        kind=OutageKind.PORTAL.value,
        began_at=gap.began_at,
        ended_at=gap.ended_at,
        reason=REASONS[OutageKind.PORTAL],
        noticed_at=now,
    )
    _over(outage, action="outage.measured", actor=audit.SYSTEM, now=now)
    return outage


@transaction.atomic
def begin_outage(*, began_at: datetime, now: datetime) -> Outage:
    """Write down that grading stands still. The time left of every running attempt stands still with it, from `began_at` on."""
    outage = Outage.objects.create(
        kind=OutageKind.GRADING.value, began_at=began_at, reason=REASONS[OutageKind.GRADING], noticed_at=now
    )
    audit.record(
        actor=audit.SYSTEM,
        action="outage.began",
        subject=outage,
        detail={"began_at": began_at.isoformat(), "decided": decided_by_then(outage).count()},
    )
    _announce(outage)
    return outage


@transaction.atomic
def end_outage(*, outage: Outage, now: datetime) -> bool:
    """Write down that grading goes on, and have the outage credited; False if that was written down before."""
    if not Outage.objects.filter(pk=outage.pk, ended_at=None).update(ended_at=now):
        return False
    outage.refresh_from_db()
    _over(outage, action="outage.ended", actor=audit.SYSTEM, now=now)
    _announce(outage)
    return True


def settle(*, outage: Outage, now: datetime) -> None:
    """Write down that every credit of the outage is written: from now on it holds nothing and nobody."""
    Outage.objects.filter(pk=outage.pk, credited_at=None).exclude(ended_at=None).update(credited_at=now)


def open_outage() -> Outage | None:
    """The outage that is not over."""
    return Outage.objects.filter(ended_at=None).first()


def beat(*, now: datetime) -> datetime | None:
    """Write down that the portal is at work; when that was last written, if ever."""
    with transaction.atomic():
        before = Beat.objects.filter(source=PORTAL).values_list("at", flat=True).first()
        Beat.objects.update_or_create(source=PORTAL, defaults={"at": now})
    return before


def last_beat() -> datetime | None:
    """When the portal was last seen at work; None where nothing watches."""
    return Beat.objects.filter(source=PORTAL).values_list("at", flat=True).first()


def _require_outage(began_at: datetime, ended_at: datetime, reason: str, *, now: datetime, is_long: bool) -> None:
    if not reason.strip():
        raise OutageUnexplained
    if ended_at > now:
        raise OutageNotOver
    if not _EARLIEST <= began_at < ended_at:
        raise NoOutage
    if ended_at - began_at > LONGEST and not is_long:
        raise OutageTooLong


def _sat(person: AbstractBaseUser, began_at: datetime, ended_at: datetime) -> bool:
    """Whether a clock of theirs ran in that time. One of practice too: it is credited like any other."""
    begun = Attempt.objects.filter(user_id=person.pk, started_at__lt=ended_at)
    return begun.filter(Q(ended_at=None) | Q(ended_at__gt=began_at)).exists()


def _over(outage: Outage, *, action: str, actor: AbstractBaseUser | str, now: datetime) -> None:
    if outage.ended_at is None:
        raise NoOutage
    jobs.enqueue(kind=CREDIT_OUTAGE, key=str(outage.pk), payload={"outage": outage.pk}, run_at=now)
    span = {"began_at": outage.began_at.isoformat(), "ended_at": outage.ended_at.isoformat()}
    audit.record(actor=actor, action=action, subject=outage, detail={**span, "decided": decided_by_then(outage).count()})


def _announce(outage: Outage) -> None:
    for attempt in touched(outage):
        announce(attempt.pk)


def touched(outage: Outage) -> QuerySet[Attempt]:
    """The attempts whose clock may have run in the outage, and that may still go on."""
    begun = Attempt.objects.filter(started_at__isnull=False, finished_at=None, ended_at=None).order_by("started_at", "pk")
    return begun if outage.ended_at is None else begun.filter(started_at__lt=outage.ended_at)


def real(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Those of exams. Practice gets its time back too, and nobody need hear of it."""
    return attempts.exclude(program__kind=ExamKind.REHEARSAL.value)


def decided_by_then(outage: Outage) -> QuerySet[Attempt]:
    """The attempts that ended in the outage or after it began, and are decided: no credit helps them. Practice is none."""
    ended = real(Attempt.objects.filter(ended_at__gt=outage.began_at).order_by("started_at", "pk"))
    return ended if outage.ended_at is None else ended.filter(started_at__lt=outage.ended_at)


@transaction.atomic
def credit_outage(*, outage: Outage, attempt: Attempt, now: datetime) -> Credit | None:
    """Give back to the attempt what the outage took from it, in whole seconds, once. None where that is nothing.

    One that began in the grace is given back to uploads that were opened in time, by moving their last byte.
    """
    fresh = locked(attempt)
    facts = exam_clock(fresh)
    over = fresh.ended_at is not None or fresh.finished_at is not None or outage.ended_at is None
    if over or facts.deadline is None or fresh.credits.filter(outage=outage).exists():
        return None
    deadline = deadline_at(facts, now=now) or facts.deadline  # later than the rows say while another outage is open
    extends = Extends.DEADLINE if outage.began_at < deadline else Extends.GRACE
    seconds = _lost(outage, fresh, facts, due=deadline if extends is Extends.DEADLINE else last_byte_until(facts, now=now))
    if not seconds or (extends is Extends.GRACE and not _sends(fresh, facts, at=outage.began_at)):
        return None
    return grant_credit(
        attempt=fresh,
        seconds=seconds,
        reason=outage.reason,
        actor=audit.SYSTEM,
        now=now,
        kind=CreditKind.OUTAGE,
        outage=outage,
        extends=extends,
    )


def _lost(outage: Outage, attempt: Attempt, facts: ExamClock, *, due: datetime | None) -> int:
    if outage.ended_at is None or facts.started_at is None or due is None:
        return 0
    span = Span(outage.began_at, outage.ended_at)
    lost = uncredited(span, started_at=facts.started_at, deadline=due, before=given_back(credits_of(attempt)))
    return math.ceil(lost.total_seconds())


def _sends(attempt: Attempt, facts: ExamClock, *, at: datetime) -> bool:
    """Whether bytes of an upload could have come at that instant."""
    return any(accepts_bytes(facts, opened_at=upload.opened_at, now=at) for upload in open_uploads(attempt))
