"""Who sits the pilot of an exam version: those alone whose address was invited, once an invitation, and at no cost.

Whoever has an invitation gets the version of the pilot when they register for its program, before anything else is looked at:
their own rights to sit stay untouched. The attempt says that it is one of a pilot, for good.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.rules.exam_stage import Stage
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import pilot_letters
from guildmark_portal.exams.conditions import condition_of_getting, condition_of_opening
from guildmark_portal.exams.entitling import PILOT, grant
from guildmark_portal.exams.models import Attempt, Entitlement, ExamVersion, PilotInvitation, Program
from guildmark_portal.exams.refusals import NotInvitable, ProgramNotOpen
from guildmark_portal.exams.stages import Actor, has_live, stage_of

INVITABLE: Final = (Stage.DRAFT, Stage.PROVEN, Stage.PILOT)


@transaction.atomic
def invite(*, version: ExamVersion, emails: Sequence[str], actor: Actor, now: datetime) -> tuple[PilotInvitation, ...]:
    """Invite addresses to the pilot of a version; who is invited already stays so.

    Each is written to once, when it can be sat. Raises `NotInvitable` with every problem.
    """
    if stage_of(version) not in INVITABLE:
        raise NotInvitable(_("Version %(version)s has no pilot any more.") % {"version": version.version})
    wrong = [email for email in emails if not _is_address(email)]
    if wrong:
        raise NotInvitable(_("No mail address: %(written)s.") % {"written": ", ".join(wrong)})
    addresses = dict.fromkeys(email.strip().lower() for email in emails)
    return tuple(_invited(version, email, actor=actor, now=now) for email in addresses)


def _is_address(written: str) -> bool:
    try:
        validate_email(written.strip())
    except ValidationError:
        return False
    return True


def _invited(version: ExamVersion, email: str, *, actor: Actor, now: datetime) -> PilotInvitation:
    try:
        with transaction.atomic():
            made = PilotInvitation.objects.create(
                exam_version=version, email=email, invited_at=now, invited_by=audit.name_of(actor)
            )
    except IntegrityError:
        return PilotInvitation.objects.get(exam_version=version, email=email, withdrawn_at=None)
    audit.record(actor=actor, action="pilot.invited", subject=version, detail={"invitation": made.pk})
    if stage_of(version) is Stage.PILOT:
        pilot_letters.tell_invited(made)
    return made


@transaction.atomic
def withdraw(*, invitation: PilotInvitation, actor: Actor, now: datetime) -> bool:
    """Take an invitation back; an attempt that was opened with it stays. False if that was done before."""
    if not PilotInvitation.objects.filter(pk=invitation.pk, withdrawn_at=None).update(withdrawn_at=now):
        return False
    detail = {"invitation": invitation.pk}
    audit.record(actor=actor, action="pilot.withdrawn", subject=invitation.exam_version, detail=detail)
    return True


def invitation_of(*, user: User, program: Program) -> PilotInvitation | None:
    """The invitation with which `user` would sit a pilot of `program` now."""
    return next((one for one in invitations_to(user) if one.exam_version.program_id == program.pk), None)


def invitations_to(user: User) -> tuple[PilotInvitation, ...]:
    """The invitations to pilots that run, to a proved address, and not used yet; the newest of a program first."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    standing = PilotInvitation.objects.filter(
        exam_version__stages__stage=Stage.PILOT.value,
        exam_version__stages__left_at=None,
        email__in={address.lower() for address in proved},
        withdrawn_at=None,
    ).select_related("exam_version__program")
    return tuple(one for one in standing.order_by("-invited_at", "-pk") if attempt_with(one) is None)


@condition_of_getting
def has_something_to_sit(user: User, program: Program, now: datetime) -> ProgramNotOpen | None:  # noqa: ARG001 - of anybody
    """Nobody buys what is not live yet, or no more: not the invited either, who need no other right for the pilot."""
    return ProgramNotOpen() if program.versions.exists() and not has_live(program) else None


@condition_of_opening
def has_something_to_open(user: User, program: Program, now: datetime) -> Refused | None:
    """Nobody registers for what is not live, but for its pilot."""
    hidden = has_something_to_sit(user, program, now)
    return hidden if hidden is not None and invitation_of(user=user, program=program) is None else None


def attempt_with(invitation: PilotInvitation) -> Attempt | None:
    """The attempt that was opened with the invitation."""
    return Attempt.objects.filter(entitlement__once=invitation.once).select_related("user").first()


def right_of(invitation: PilotInvitation, *, user: User, now: datetime) -> Entitlement:
    """The right to sit that an invitation is worth: one, whatever is pressed twice."""
    program = invitation.exam_version.program
    return grant(to=user, program=program, source=PILOT, actor=user, now=now, once=invitation.once, email=invitation.email)
