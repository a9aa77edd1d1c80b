"""The way back for somebody who has lost every passkey, the authenticator app and the recovery codes.

Who has the mailbox alone must not get in, and one careless supporter must not let them in. So support never removes anything:
it *opens* a recovery, with a written reason. Everything that the person may see then says so: a letter to every address of
the account, and every page where they are signed in. One link objects. Whoever proves a second step meanwhile has not lost
it, which ends the recovery too. Nothing of that happening for the whole wait, a job removes the second steps and ends every
session; the person signs in with a code by mail, and sets up new ones.

Accounts with a role are for owners to open, and so is another try after an objection. At the end of the wait it is asked once
more whether whoever opened it may still do that.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark_portal import clock
from guildmark_portal.accounts import fresh, roles, sessions
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.recovery_models import SHORTEST_REASON, Outcome, Recovery
from guildmark_portal.audit import services as audit
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import services as mail

FINISH: Final = "accounts.recovery"
REMEMBERED: Final = timedelta(days=30)
"""How long an objection leaves the next recovery to owners."""


class RecoveryRefused(Refused):
    """This recovery cannot be opened."""

    default_next_step = mark("Ask an owner of this portal.")


@transaction.atomic
def open_recovery(*, email: str, reason: str, actor: User | str) -> Recovery:
    """Begin the wait, and tell the person. Raises `NoLeave`, `UnknownAccount` and `RecoveryRefused`."""
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if isinstance(actor, User):
        actor.refresh_from_db()
        if not roles.holds(actor, Role.SUPPORT, Role.OWNER):
            raise roles.NoLeave
    if person is None:
        raise roles.UnknownAccount
    _require_possible(person, actor)
    if len(reason.strip()) < SHORTEST_REASON:
        raise RecoveryRefused(
            _("The reason is too short."), next_step=_("Write in a sentence how you know that the person asks.")
        )
    now, token = clock.now(), secrets.token_urlsafe(32)
    opened = Recovery.objects.create(
        user=person,
        opened_by=_name(actor),
        opened_at=now,
        due_at=now + timedelta(hours=settings.RECOVERY_WAIT_HOURS),
        reason=reason.strip(),
        token_digest=_digest(token),
    )
    audit.record(actor=actor, action="recovery.opened", subject=person, detail={"recovery": opened.pk})
    _write(opened, "opened", {"url": settings.PORTAL_URL + reverse("account_recovery_object", args=[token])})
    enqueue(kind=FINISH, key=str(opened.pk), run_at=opened.due_at)
    return opened


def _require_possible(person: User, actor: User | str) -> None:
    if person == actor:
        raise RecoveryRefused(_("Nobody recovers their own account."))
    if not fresh.authenticators(person).exists():
        raise RecoveryRefused(
            _("This account has neither passkey nor authenticator app."),
            next_step=_("A code by mail is enough to sign in to it: send the person to the page to sign in."),
        )
    if running(person) is not None:
        raise RecoveryRefused(
            _("A recovery of this account waits already."), next_step=_("Wait until it ends, or withdraw it first.")
        )
    if not _is_owner(actor) and person.roles:
        raise RecoveryRefused(_("This account has a role: an owner must open its recovery."))
    objections = Recovery.objects.filter(user=person, outcome=Outcome.OBJECTED, ended_at__gt=clock.now() - REMEMBERED)
    if not _is_owner(actor) and objections.exists():
        raise RecoveryRefused(_("The person has objected lately: an owner must open the next recovery."))


def running(person: User) -> Recovery | None:
    """The recovery that waits, if there is one."""
    return Recovery.objects.filter(user=person, ended_at=None).first()


def by_token(token: str) -> Recovery | None:
    """The recovery whose letter had the link with this token."""
    return Recovery.objects.filter(token_digest=_digest(token)).first()


def newest() -> QuerySet[Recovery]:
    """All recoveries, the newest first."""
    return Recovery.objects.select_related("user")


@transaction.atomic
def object_to(*, recovery: Recovery) -> bool:
    """The person says that they did not ask for it; whether it was still waiting."""
    return _end(recovery, Outcome.OBJECTED, actor=recovery.user)


@transaction.atomic
def withdraw(*, number: int, actor: User) -> bool:
    """Support takes it back; whether it was still waiting. Raises `NoLeave`."""
    actor.refresh_from_db()
    if not roles.holds(actor, Role.SUPPORT, Role.OWNER):
        raise roles.NoLeave
    found = Recovery.objects.filter(pk=number).first()
    return found is not None and _end(found, Outcome.WITHDRAWN, actor=actor)


@receiver(authentication_step_completed)
def second_step_proved(user: User, method: str, **_signal: Any) -> None:
    """Whoever uses a passkey, the app or a recovery code has not lost it."""
    if method == "mfa":
        _lapse(user)


@receiver(authenticator_added)
def second_step_added(user: User, **_signal: Any) -> None:
    """Whoever sets up a new one is not locked out, and keeps it."""
    _lapse(user)


@transaction.atomic
def _lapse(user: User) -> None:
    waits = running(user)
    if waits is not None:
        _end(waits, Outcome.LAPSED, actor=user)


@handler(FINISH, attempts=None)
def finish(job: Job) -> None:
    """The wait is over: remove the second steps, end every session, and say so."""
    recovery = Recovery.objects.filter(pk=int(job.key), ended_at=None).select_related("user").first()
    if recovery is None:
        return
    if clock.now() < recovery.due_at:
        raise Later(recovery.due_at)
    with transaction.atomic():
        person = recovery.user
        if not person.is_active or not _may_still(recovery):
            _end(recovery, Outcome.LAPSED, actor=audit.SYSTEM)
        elif _end(recovery, Outcome.DONE, actor=audit.SYSTEM):
            for one in Authenticator.objects.filter(user=person):
                audit.record(
                    actor=audit.SYSTEM, action="account.authenticator_removed", subject=person, detail={"kind": one.type}
                )
                one.delete()
            sessions.end_all(user=person)
            _write(recovery, "done", {"url": settings.PORTAL_URL + reverse("account_login")})


def _may_still(recovery: Recovery) -> bool:
    """Whether whoever opened it could still open it: a role that was taken back takes its recoveries along."""
    kind, _colon, number = recovery.opened_by.partition(":")
    if kind != "user":
        return True
    opener = User.objects.filter(pk=int(number), is_active=True).first()
    return opener is not None and (_is_owner(opener) or (Role.SUPPORT in opener.roles and not recovery.user.roles))


def _end(recovery: Recovery, outcome: Outcome, *, actor: User | str) -> bool:
    """End it, unless it has ended: the database decides a race between the job and an objection."""
    if not Recovery.objects.filter(pk=recovery.pk, ended_at=None).update(ended_at=clock.now(), outcome=outcome):
        return False
    audit.record(actor=actor, action=f"recovery.{outcome.value}", subject=recovery.user, detail={"recovery": recovery.pk})
    return True


def _write(recovery: Recovery, letter: str, context: dict[str, str]) -> None:
    """To every address that the account has proved."""
    about = {"due_at": recovery.due_at, "organisation": settings.ORGANISATION, **context}
    for address in EmailAddress.objects.filter(user=recovery.user, verified=True).values_list("email", flat=True):
        mail.send(
            to=address,
            template=f"accounts_letters/recovery_{letter}",
            context=about,
            key=f"recovery-{letter}-{recovery.pk}-{_digest(address)}",
            priority=mail.URGENT,
        )


def _is_owner(actor: User | str) -> bool:
    """Whether they decide about accounts with a role: an owner, or whoever runs commands on the machine."""
    return isinstance(actor, str) or roles.holds(actor, Role.OWNER)


def _name(actor: User | str) -> str:
    return actor if isinstance(actor, str) else f"user:{actor.pk}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
