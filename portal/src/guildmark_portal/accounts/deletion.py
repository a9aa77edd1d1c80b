"""Deleting an account: what a certificate needs stays, everything else is removed or names nobody.

The parts of the applications are asked one after the other (`personal_data`), in one transaction. A letter says goodbye; the
audit entry names the row alone. What the database's files still hold of deleted rows is scrubbed by a job once the letter has
left.
"""

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark_portal import clock
from guildmark_portal.accounts import roles, scrubbing
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.accounts.personal_data import parts
from guildmark_portal.audit import services as audit
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, enqueue, handler
from guildmark_portal.mail import services as mail

SWEEP: Final = "sweep"
SOON: Final = timedelta(minutes=1)


class CannotBeDeleted(Refused):
    """The account cannot be deleted yet."""

    default_next_step = mark("Come back when that is settled.")


def obstacles(user: User) -> list[str]:
    """Why the account cannot be deleted yet: sentences with the next step, none if it can."""
    found = [sentence for part in parts() for sentence in part.obstacles(user)]
    try:
        roles.require_another_owner(user)
    except roles.LastOwner as error:
        found.append(str(error))
    return found


def lost(user: User) -> list[str]:
    """What is worth something still, and would end."""
    return [sentence for part in parts() for sentence in part.lost(user)]


def kept(user: User) -> list[str]:
    """What will stay, and why."""
    return [sentence for part in parts() for sentence in part.kept(user)]


@transaction.atomic
def delete(*, user: User) -> bool:
    """Delete the account on its owner's word; False if it is gone already. Raises `CannotBeDeleted`."""
    if not User.objects.select_for_update().filter(pk=user.pk, is_active=True).exists():
        return False
    if found := obstacles(user):
        raise CannotBeDeleted(" ".join(found), next_step="")
    audit.record(actor=user, action="account.deleted", subject=user)
    _delete(user)
    return True


@transaction.atomic
def close(*, email: str, asked_on: date, actor: User) -> None:
    """Delete somebody's account for them, as they asked in writing on that day.

    Nothing of the letter is kept: the audit table cannot forget. Raises `NoLeave`, `UnknownAccount` and `CannotBeDeleted`.
    """
    actor.refresh_from_db()
    if not roles.holds(actor, roles.Role.OWNER):
        raise roles.NoLeave
    user = User.objects.filter(email=email.strip().lower()).first()  # a suspended account is somebody's, too
    if user is None or is_deleted(user.email):
        raise roles.UnknownAccount
    if user == actor:
        raise CannotBeDeleted(_("This is your own account."), next_step=_("Delete it from your account's own page."))
    if found := obstacles(user):
        raise CannotBeDeleted(" ".join(found), next_step="")
    audit.record(actor=actor, action="account.closed", subject=user, detail={"asked_on": asked_on.isoformat()})
    _delete(user)


def _delete(user: User) -> None:
    number, address = user.pk, user.email
    for part in parts():
        part.erase(User.objects.get(pk=number))
    mail.send(to=address, template="account/email/goodbye", key=f"goodbye-{number}", priority=mail.URGENT)
    enqueue(kind=SWEEP, key=str(number), run_at=clock.now() + SOON)


@handler(SWEEP, attempts=None)
def sweep(job: Job) -> None:
    """Once the goodbye is sent, or given up, leave nothing of its address, and cut the write-ahead log."""
    goodbye = Job.objects.filter(kind=mail.KIND, key=f"goodbye-{job.key}")
    if goodbye.filter(finished_at=None, dead_at=None).exists():
        raise Later(clock.now() + SOON)
    mail.forget_letter(f"goodbye-{job.key}")
    if not scrubbing.scrub():
        raise Later(clock.now() + SOON)
