"""Invitations: sent, reminded of, withdrawn and sent again. Letters are written by a job, a few in each transaction.

That a letter was written stands in the row with it: killed in between, the job goes on with the others, and nobody gets
two. A link that was withdrawn, or that a newer one took the place of, opens nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.cohorts import letters
from guildmark_portal.cohorts.links import digest_of, new_nonce, token_of
from guildmark_portal.cohorts.models import Cohort, Invitation, Taking
from guildmark_portal.cohorts.refusals import CohortOver, SeatBegun
from guildmark_portal.cohorts.rights import rights_of
from guildmark_portal.exams.accommodating import revoke
from guildmark_portal.exams.entitling import void
from guildmark_portal.exams.models import Accommodation, Voided
from guildmark_portal.exams.refusals import EntitlementGone
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import enqueue, handler
from guildmark_portal.mail import services as mail

INVITE: Final = "cohort.invite"
REMIND: Final = "cohort.remind"
_AT_ONCE: Final = 25
_BETWEEN: Final = timedelta(hours=20)
"""From one letter to the reminder that follows: nobody gets two on one day."""

Actor = AbstractBaseUser | str


def unsent(cohort: Cohort) -> QuerySet[Invitation]:
    """Who was not written to yet."""
    return _standing(cohort).filter(sent_at=None)


def to_remind(cohort: Cohort, *, now: datetime) -> QuerySet[Invitation]:
    """Who was written to, not today, and has not accepted."""
    earlier = now - _BETWEEN
    return _standing(cohort).filter(Q(reminded_at=None) | Q(reminded_at__lte=earlier), sent_at__lte=earlier)


def _standing(cohort: Cohort) -> QuerySet[Invitation]:
    return Invitation.objects.filter(cohort=cohort, withdrawn_at=None, accepted_at=None).exclude(email="")


@transaction.atomic
def invite(*, cohort: Cohort, actor: Actor, now: datetime) -> int:
    """Have everybody written to who was not yet; how many that are. Raises `CohortOver`."""
    return _ask(INVITE, cohort, unsent(cohort).count(), actor=actor, now=now)


@transaction.atomic
def remind(*, cohort: Cohort, actor: Actor, now: datetime) -> int:
    """Have everybody reminded who has not accepted; how many that are. Raises `CohortOver`."""
    return _ask(REMIND, cohort, to_remind(cohort, now=now).count(), actor=actor, now=now)


def _ask(kind: str, cohort: Cohort, count: int, *, actor: Actor, now: datetime) -> int:
    if cohort.ended_at is not None or cohort.closes_at <= now:
        raise CohortOver
    if count:
        enqueue(kind=kind, key=str(cohort.pk))
        audit.record(actor=actor, action=kind, subject=cohort, detail={"letters": count})
    return count


@handler(INVITE, attempts=None)
def _invite(job: Job) -> None:
    cohort = _open(job)
    while cohort is not None and _write(unsent(cohort), _send):
        pass


@handler(REMIND, attempts=None)
def _remind(job: Job) -> None:
    cohort = _open(job)
    if cohort is not None:
        remind_all(cohort, now=clock.now())


def remind_all(cohort: Cohort, *, now: datetime) -> None:
    """Write to everybody who has not accepted, and was not written to today."""

    def send(invitation: Invitation) -> None:
        Invitation.objects.filter(pk=invitation.pk).update(reminded_at=now)
        letters.reminded(invitation, now=now)

    while _write(to_remind(cohort, now=now), send):
        pass


def _open(job: Job) -> Cohort | None:
    return Cohort.objects.filter(pk=job.key, ended_at=None, closes_at__gt=clock.now()).first()


@transaction.atomic
def _write(waiting: QuerySet[Invitation], send: Callable[[Invitation], None]) -> bool:
    """A few letters; whether there were any to be written."""
    found = list(waiting.select_for_update(of=("self",)).select_related("cohort__program", "user").order_by("pk")[:_AT_ONCE])
    for invitation in found:
        send(invitation)
    return bool(found)


def _send(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=clock.now())
    letters.invited(invitation)


@transaction.atomic
def send_again(*, invitation: Invitation, actor: Actor, now: datetime) -> bool:
    """A new link in a new letter, whether it was withdrawn or not; the older ones are dead. False once it is accepted.

    Raises `CohortOver`.
    """
    fresh = _locked(invitation)
    if fresh.accepted_at is not None or not fresh.email:
        return False
    if fresh.cohort.ended_at is not None or fresh.cohort.closes_at <= now:
        raise CohortOver
    mail.withdraw(letters.key_of_invitation(fresh))
    _renew(fresh)
    fresh.withdrawn_at, fresh.user, fresh.sent_at = None, None, now
    fresh.save(update_fields=["nonce", "digest", "withdrawn_at", "user", "sent_at"])
    letters.invited(fresh)
    audit.record(actor=actor, action="invitation.sent_again", subject=fresh)
    return True


@transaction.atomic
def withdraw(*, invitation: Invitation, actor: Actor, now: datetime) -> bool:
    """Take it back with its seat, right to sit and accommodation; False if that was done before. Its seat is free again.

    Raises `SeatBegun` once its exam has begun.
    """
    fresh = _locked(invitation)
    if fresh.withdrawn_at is not None:
        return False
    taking = Taking.objects.filter(invitation=fresh, given_back_at=None).first()
    if taking is not None:
        _take_back(taking, fresh, actor=actor, now=now)
    mail.withdraw(letters.key_of_invitation(fresh))
    if fresh.sent_at is not None:
        letters.withdrawn(fresh)
    _renew(fresh)
    fresh.withdrawn_at, fresh.accepted_at, fresh.user, fresh.is_other_address = now, None, None, False
    fresh.save(update_fields=["nonce", "digest", "withdrawn_at", "accepted_at", "user", "is_other_address"])
    audit.record(actor=actor, action="invitation.withdrawn", subject=fresh)
    return True


def _take_back(taking: Taking, invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    right = rights_of([taking]).get(taking.pk)
    try:
        if right is not None and right.voided_at is None:
            void(entitlement=right, why=Voided.STAFF, actor=actor, now=now)
    except EntitlementGone as error:
        raise SeatBegun from error
    Taking.objects.filter(pk=taking.pk, given_back_at=None).update(given_back_at=now)
    granted = Accommodation.objects.filter(
        user=invitation.user, program=invitation.cohort.program, granted_at=taking.taken_at, revoked_at=None
    )
    for accommodation in granted if invitation.is_accommodated else ():
        revoke(accommodation=accommodation, actor=actor, now=now)


def _locked(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("cohort__program", "user")
    return rows.get(pk=invitation.pk)


def _renew(invitation: Invitation) -> None:
    invitation.nonce = new_nonce()
    invitation.digest = digest_of(token_of(invitation.nonce))
