"""Accepting an invitation: a seat, the right to sit, and what the row grants, in one transaction, once.

A seat is a row with a number, taken by a row that is unique in it: whoever comes second for the last one finds none. Killed
anywhere, all of it is there or nothing. The link binds one account: whoever accepted before is answered with their seat again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from guildmark.rules.cohort import first_free
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.cohorts import letters
from guildmark_portal.cohorts.links import digest_of, token_of
from guildmark_portal.cohorts.models import Cohort, Invitation, Seat, Taking
from guildmark_portal.cohorts.refusals import (
    CohortOver,
    InvitationTaken,
    InvitationWithdrawn,
    NoSeatLeft,
    NoSuchInvitation,
    OtherAddress,
    SeatedAlready,
)
from guildmark_portal.cohorts.rights import SOURCE
from guildmark_portal.exams.accommodating import accommodate
from guildmark_portal.exams.conditions import require_conditions
from guildmark_portal.exams.entitling import grant
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.refusals import ProgramNotOpen, RegistrationIncomplete
from guildmark_portal.exams.registering import require_handbook
from guildmark_portal.exams.retakes import require_wait_over, wait_until

_AGAIN: Final = 20
"""Tries for a free seat that another process took in between; transactions are worked on one after the other."""


@dataclass(frozen=True)
class Seen:
    """An invitation as it stands for somebody who opens its link; without an account, whose it would be is not known."""

    invitation: Invitation
    is_theirs: bool
    """Whether this account accepted it."""
    proves_address: bool
    """Whether the account has proved the address of the row."""
    has_handbook: bool
    """Whether nothing of the handbook is left to be acknowledged."""


def found(token: str) -> Invitation:
    """The invitation with that link. Raises `NoSuchInvitation`, or `InvitationWithdrawn`."""
    rows = Invitation.objects.select_related("cohort__program", "user")
    invitation = rows.filter(digest=digest_of(token)).first()
    if invitation is None:
        raise NoSuchInvitation
    if invitation.withdrawn_at is not None:
        raise InvitationWithdrawn
    return invitation


def seen(*, token: str, user: User | None, now: datetime) -> Seen:
    """How it stands for `user`. Raises what `found` does, `InvitationTaken`, and `CohortOver`."""
    invitation = found(token)
    _require_open_to(invitation, user, now=now)
    if user is None:
        return Seen(invitation, is_theirs=False, proves_address=False, has_handbook=False)
    return Seen(
        invitation,
        is_theirs=invitation.accepted_at is not None,
        proves_address=proves(user, invitation.email),
        has_handbook=has_handbook(user, invitation.cohort.program, now=now),
    )


@dataclass(frozen=True)
class Open:
    """An invitation that waits for somebody who has proved its address; so they may have its link."""

    cohort: Cohort
    token: str


def open_to(user: User, *, now: datetime) -> list[Open]:
    """What was sent to the addresses of `user`, was not accepted, and can be."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    waiting = Invitation.objects.filter(
        email__in={address.lower() for address in proved},
        sent_at__isnull=False,
        withdrawn_at=None,
        accepted_at=None,
        cohort__ended_at=None,
        cohort__closes_at__gt=now,
    )
    seated = Invitation.objects.filter(user=user).values("cohort")
    rows = waiting.exclude(cohort__in=seated).select_related("cohort__program").order_by("cohort__opens_at")
    return [Open(one.cohort, token_of(one.nonce)) for one in rows]


def proves(user: User, address: str) -> bool:
    """Whether the account has proved that the address is its own."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists())


def has_handbook(user: User, program: Program, *, now: datetime) -> bool:
    """Whether the handbook is acknowledged, as far as the program asks for that (rule P8)."""
    try:
        require_handbook(user=user, program=program, now=now)
    except RegistrationIncomplete:
        return False
    return True


@transaction.atomic
def accept(*, token: str, user: User, now: datetime, confirms_other_address: bool = False) -> Taking:
    """Take a seat for `user`, with the right to sit, and write to them; asked again, the same seat is answered.

    Nobody takes a seat that they could not begin, such as one whose window is over before their wait after a failure.

    Raises `InvitationRefused`, of an account with another address `OtherAddress` unless that is confirmed; without the handbook
    `RegistrationIncomplete`; `ProgramNotOpen`, and what else speaks against an attempt.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two links in two tabs come one after the other
    invitation = found(token)
    _require_open_to(invitation, user, now=now)
    if invitation.accepted_at is not None:
        return _taken(invitation)
    proves_address = proves(user, invitation.email)
    if not proves_address and not confirms_other_address:
        raise OtherAddress
    _require_nothing_against(invitation, user, now=now)
    taking = _take(invitation, now=now)
    _bind(invitation, user, is_other_address=not proves_address, now=now)
    _grant(taking, invitation, user, now=now)
    taking = _taken(invitation)
    letters.accepted(taking)
    return taking


def _require_open_to(invitation: Invitation, user: User | None, *, now: datetime) -> None:
    """Whoever accepted it sees their seat for as long as they like; to another account it is taken."""
    if invitation.accepted_at is not None:
        if user is not None and invitation.user_id != user.pk:
            raise InvitationTaken
        return
    if invitation.cohort.ended_at is not None or invitation.cohort.closes_at <= now:
        raise CohortOver


def _require_nothing_against(invitation: Invitation, user: User, *, now: datetime) -> None:
    program = invitation.cohort.program
    if Invitation.objects.filter(cohort=invitation.cohort, user=user).exists():
        raise SeatedAlready
    if not program.is_open:
        raise ProgramNotOpen
    require_conditions(user=user, program=program, now=now)
    again = wait_until(user=user, program=program, now=now)
    if again is not None and again >= invitation.cohort.closes_at:
        require_wait_over(user=user, program=program, now=now)
    require_handbook(user=user, program=program, now=now)


def _taken(invitation: Invitation) -> Taking:
    rows = Taking.objects.select_related("seat", "invitation__cohort__program", "invitation__user")
    return rows.get(invitation=invitation, given_back_at=None)


def _take(invitation: Invitation, *, now: datetime) -> Taking:
    """The first free seat, taken by one row. Raises `NoSeatLeft`."""
    for _try in range(_AGAIN):
        seats = dict(Seat.objects.filter(cohort=invitation.cohort).values_list("number", "pk"))
        taken = Taking.objects.filter(seat__cohort=invitation.cohort, given_back_at=None).values_list("seat__number", flat=True)
        number = first_free(seats, taken)
        if number is None:
            break
        try:
            with transaction.atomic():
                return Taking.objects.create(seat_id=seats[number], invitation=invitation, taken_at=now)
        except IntegrityError:  # another process was quicker
            if Taking.objects.filter(invitation=invitation, given_back_at=None).exists():
                raise InvitationTaken from None
    raise NoSeatLeft


def _bind(invitation: Invitation, user: User, *, is_other_address: bool, now: datetime) -> None:
    standing = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None, digest=invitation.digest)
    try:
        with transaction.atomic():
            if not standing.update(user=user, accepted_at=now, is_other_address=is_other_address):
                raise InvitationTaken
    except IntegrityError as error:
        raise SeatedAlready from error


def _grant(taking: Taking, invitation: Invitation, user: User, *, now: datetime) -> None:
    """The right to sit, to the last day of the window, and the accommodations of the row, to the same day."""
    cohort = invitation.cohort
    last = cohort.closes_at.astimezone(UTC).date()
    right = grant(to=user, program=cohort.program, source=SOURCE, actor=user, now=now, until=last, once=taking.once)
    if invitation.is_accommodated:
        accommodate(
            user=user,
            program=cohort.program,
            percent=invitation.percent,
            breaks=invitation.breaks,
            break_minutes=invitation.break_minutes,
            ends_on=last,
            actor=invitation.imported_by,
            now=now,
        )
    detail = {"seat": taking.seat_id, "entitlement": right.pk}
    audit.record(actor=user, action="invitation.accepted", subject=invitation, detail=detail)
