"""A longer window: it closes later, and what was granted with its seats lasts as long. No seat's beginning moves.

For when the network of a school, or this portal, failed on the day. Whoever holds a seat and has not begun is told.
"""

from datetime import UTC, datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.rules.calendar_days import LAST_DAY, is_in_reach
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.cohorts import letters
from guildmark_portal.cohorts.models import Cohort, Invitation, Taking
from guildmark_portal.cohorts.refusals import CohortRefused
from guildmark_portal.cohorts.rights import rights_of
from guildmark_portal.exams.models import Accommodation
from guildmark_portal.exams.prolonging import prolong_accommodation, prolong_right
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler

TELL: Final = "cohort.prolonged"

Actor = AbstractBaseUser | str


@transaction.atomic
def prolong(*, cohort: Cohort, closes_at: datetime, actor: Actor, now: datetime) -> bool:
    """Let the window close at `closes_at`; False if it does already. Raises `CohortRefused` for an earlier close."""
    held = Cohort.objects.select_for_update(of=("self",)).select_related("program").get(pk=cohort.pk)
    if closes_at == held.closes_at:
        return False
    if closes_at < held.closes_at or closes_at <= now:
        raise CohortRefused(_("A window can only be made longer: people were told when it closes."))
    if not is_in_reach(closes_at):
        said = _("No window closes later than in the year {last}.")
        raise CohortRefused(said.format(last=LAST_DAY.year))
    exam = held.program.policy.window
    if exam.closes_at is not None and closes_at > exam.closes_at:
        raise CohortRefused(_("The exam itself is not open for so long: see the settings of the program."))
    Cohort.objects.filter(pk=held.pk).update(closes_at=closes_at)
    detail = {"before": held.closes_at.isoformat(), "closes_at": closes_at.isoformat()}
    audit.record(actor=actor, action="cohort.prolonged", subject=held, detail=detail)
    _prolong_what_was_granted(held, closes_at, actor=actor)
    enqueue(kind=TELL, key=f"{held.pk}:{closes_at.isoformat()}")
    return True


def _prolong_what_was_granted(cohort: Cohort, closes_at: datetime, *, actor: Actor) -> None:
    last = closes_at.astimezone(UTC).date()
    takings = list(Taking.objects.filter(seat__cohort=cohort, given_back_at=None).select_related("invitation"))
    for right in rights_of(takings).values():
        prolong_right(entitlement=right, until=last, actor=actor)
    for taking in takings:
        given = Accommodation.objects.filter(
            user=taking.invitation.user_id, program=cohort.program_id, granted_at=taking.taken_at, revoked_at=None
        )
        for accommodation in given if taking.invitation.is_accommodated else ():
            prolong_accommodation(accommodation=accommodation, until=last, actor=actor)


@handler(TELL, attempts=None)
def _tell(job: Job) -> None:
    """Write to everybody who could still begin: an open invitation, or a seat whose exam has not begun."""
    number, _colon, closes_at = job.key.partition(":")
    cohort = Cohort.objects.filter(pk=number, closes_at=datetime.fromisoformat(closes_at), ended_at=None).first()
    if cohort is None or cohort.closes_at <= clock.now():
        return
    takings = list(Taking.objects.filter(seat__cohort=cohort, given_back_at=None))
    rights = rights_of(takings)
    begun = {one.invitation_id for one in takings if (right := rights.get(one.pk)) is not None and right.spent_at is not None}
    rows = Invitation.objects.filter(cohort=cohort, withdrawn_at=None, sent_at__isnull=False).exclude(pk__in=begun)
    with transaction.atomic():
        for invitation in rows.select_related("cohort__program", "user"):
            letters.prolonged(invitation)
