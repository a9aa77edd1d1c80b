"""Making a cohort with its seats and teachers, and ending it. A block of seats is made whole, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from guildmark.rules.calendar_days import FIRST_DAY, LAST_DAY, is_in_reach
from guildmark.rules.cohort import LONGEST_SPREAD_MINUTES, Window, offsets
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.roles import UnknownAccount
from guildmark_portal.audit import services as audit
from guildmark_portal.cohorts.models import (
    LONGEST_NAME,
    LONGEST_ORGANISATION,
    LONGEST_REFERENCE,
    Block,
    Cohort,
    Paid,
    Seat,
    Teacher,
)
from guildmark_portal.cohorts.refusals import CohortRefused, UnknownCohort
from guildmark_portal.exams.models import Program

MOST_SEATS: Final = 2000
"""Of one block."""

Actor = AbstractBaseUser | str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a cohort is to be."""

    name: str
    organisation: str
    program: Program
    opens_at: datetime
    closes_at: datetime
    spread_minutes: int = 0

    def problems(self, *, now: datetime) -> list[str]:
        """Everything that speaks against it, in words."""
        found = []
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            found.append(_("a name has 1 to {most} characters").format(most=LONGEST_NAME))
        if not self.organisation.strip() or len(self.organisation) > LONGEST_ORGANISATION:
            found.append(_("an organisation has 1 to {most} characters").format(most=LONGEST_ORGANISATION))
        if self.program.is_rehearsal:
            found.append(_("{program} is the practice exam, which everybody may sit").format(program=self.program.slug))
        if not 0 <= self.spread_minutes <= LONGEST_SPREAD_MINUTES:
            found.append(_("beginnings are spread over 0 to {most} minutes").format(most=LONGEST_SPREAD_MINUTES))
        return found + self._problems_of_window(now=now)

    def _problems_of_window(self, *, now: datetime) -> list[str]:
        if not (is_in_reach(self.opens_at) and is_in_reach(self.closes_at)):
            return [_("days lie in the years {first} to {last}").format(first=FIRST_DAY.year, last=LAST_DAY.year)]
        if self.closes_at <= self.opens_at:
            return [_("the window closes before it opens")]
        found = [_("the window is over")] if self.closes_at <= now else []
        if not Window(self.opens_at, self.closes_at).holds(timedelta(minutes=max(0, self.spread_minutes))):
            found.append(_("the beginnings are spread over more than the window"))
        exam = self.program.policy.window
        if (exam.opens_at and self.opens_at < exam.opens_at) or (exam.closes_at and self.closes_at > exam.closes_at):
            found.append(_("the exam itself is not open all of that time: see the settings of the program"))
        return found


def cohort_of(number: int) -> Cohort:
    """The cohort with that number. Raises `UnknownCohort`."""
    found = Cohort.objects.select_related("program").filter(pk=number).first()
    if found is None:
        raise UnknownCohort
    return found


@transaction.atomic
def make(*, plan: Plan, actor: Actor, now: datetime, once: str = "") -> Cohort:
    """Make it; with the same `once`, the one that was made then. Raises `CohortRefused` with every problem."""
    if once and (before := Cohort.objects.filter(once=once).first()) is not None:
        return before
    if problems := plan.problems(now=now):
        raise CohortRefused(_("No cohort was made: {problems}.").format(problems="; ".join(problems)))
    cohort = Cohort.objects.create(
        name=plan.name.strip(),
        organisation=plan.organisation.strip(),
        program=plan.program,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        spread_minutes=plan.spread_minutes,
        once=once,
        made_at=now,
        made_by=audit.name_of(actor),
    )
    detail = {"program": plan.program.slug, "opens_at": plan.opens_at.isoformat(), "closes_at": plan.closes_at.isoformat()}
    audit.record(actor=actor, action="cohort.made", subject=cohort, detail=detail)
    return cohort


@transaction.atomic
def add_seats(  # noqa: PLR0913 - how many, and who pays for them
    *, cohort: Cohort, count: int, paid: Paid, reference: str, actor: Actor, now: datetime, once: str = ""
) -> Block:
    """Add seats that were bought, their payment confirmed, or that are granted. Raises `CohortRefused`.

    They are numbered on; their beginnings are spread among themselves, and those of older seats stay.
    """
    if once and (before := Block.objects.filter(once=once).first()) is not None:
        return before
    if not 1 <= count <= MOST_SEATS:
        raise CohortRefused(_("A block has 1 to {most} seats.").format(most=MOST_SEATS))
    if not reference.strip() or len(reference) > LONGEST_REFERENCE:
        raise CohortRefused(_("Name the payment, or the reason, in 1 to {most} characters.").format(most=LONGEST_REFERENCE))
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    block = Block.objects.create(
        cohort=held,
        seats=count,
        paid=paid.value,
        reference=reference.strip(),
        once=once,
        made_at=now,
        made_by=audit.name_of(actor),
    )
    first = 1 + (Seat.objects.filter(cohort=held).aggregate(last=Max("number"))["last"] or 0)
    Seat.objects.bulk_create(
        Seat(cohort=held, block=block, number=number, offset_s=int(offset.total_seconds()))
        for number, offset in enumerate(offsets(count, held.spread), start=first)
    )
    audit.record(
        actor=actor, action="cohort.seats", subject=held, detail={"block": block.pk, "seats": count, "paid": paid.value}
    )
    return block


@transaction.atomic
def appoint(*, cohort: Cohort, email: str, actor: Actor, now: datetime) -> bool:
    """Let the account with that address see how far the cohort is; whether it is new to it. Raises `UnknownAccount`."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise UnknownAccount
    try:
        with transaction.atomic():
            Teacher.objects.create(cohort=cohort, user=user, appointed_at=now, appointed_by=audit.name_of(actor))
    except IntegrityError:  # they are a teacher of it already
        return False
    audit.record(actor=actor, action="cohort.teacher", subject=cohort, detail={"teacher": user.pk})
    return True


@transaction.atomic
def dismiss(*, teacher: Teacher, actor: Actor, now: datetime) -> bool:
    """Let them see it no more; False if that was done before."""
    if not Teacher.objects.filter(pk=teacher.pk, withdrawn_at=None).update(withdrawn_at=now):
        return False
    audit.record(actor=actor, action="cohort.teacher_dismissed", subject=teacher.cohort, detail={"teacher": teacher.user_id})
    return True


@transaction.atomic
def end(*, cohort: Cohort, actor: Actor, now: datetime) -> bool:
    """Let nobody accept any more; False if it was ended before. Whoever accepted keeps their seat."""
    if not Cohort.objects.filter(pk=cohort.pk, ended_at=None).update(ended_at=now):
        return False
    audit.record(actor=actor, action="cohort.ended", subject=cohort)
    return True


def is_teacher(user: User, cohort: Cohort) -> bool:
    """Whether they may see how far it is."""
    return Teacher.objects.filter(cohort=cohort, user=user, withdrawn_at=None).exists()


def taught_by(user: User) -> list[Cohort]:
    """The cohorts that they may see, the one that opens last on top."""
    return list(Cohort.objects.filter(teachers__user=user, teachers__withdrawn_at=None).select_related("program").distinct())
