"""Accounts that an operator shuts, and opens again: nobody signs in to one, and it is not listed; what it earned stays.

It is for what cannot wait, as an account in a stranger's hands. A running exam's clock does not stop. The audit log keeps the
reason, which therefore names nobody.
"""

from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark_portal.accounts import roles, sessions
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.own_data import is_deleted
from guildmark_portal.audit import services as audit
from guildmark_portal.mail import services as mail

SHORTEST_REASON: Final = 10
"""Characters: less explains nothing."""


class SuspensionRefused(Refused):
    """This account cannot be suspended."""

    default_next_step = mark("Look at the account in the administration first.")


@transaction.atomic
def suspend(*, email: str, reason: str, actor: str) -> bool:
    """Shut the account, end all its sessions and tell its person why; whether it was open.

    Raises `UnknownAccount`, `LastOwner`, and `SuspensionRefused` where the reason explains nothing.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise SuspensionRefused(_("The reason is too short."), next_step=_("Write in a sentence why. The person reads it."))
    person = _account(email)
    if not person.is_active:
        return False
    roles.require_another_owner(person)
    _set_active(person, is_active=False)
    sessions.end_all(user=person)
    audit.record(actor=actor, action="account.suspended", subject=person, detail={"reason": reason.strip()})
    _write(person, "suspended", {"reason": reason.strip()})
    return True


@transaction.atomic
def reinstate(*, email: str, actor: str) -> bool:
    """Open the account again, and tell its person; whether it was shut. Raises `UnknownAccount`."""
    person = _account(email)
    if person.is_active:
        return False
    _set_active(person, is_active=True)
    audit.record(actor=actor, action="account.reinstated", subject=person)
    _write(person, "reinstated", {"url": settings.PORTAL_URL + reverse("account_login")})
    return True


def _account(email: str) -> User:
    person = User.objects.select_for_update().filter(email=email.strip().lower()).first()
    if person is None or is_deleted(person.email):
        raise roles.UnknownAccount
    return person


def _set_active(person: User, *, is_active: bool) -> None:
    person.is_active = is_active
    person.save(update_fields=["is_active"])  # the network follows what is saved


def _write(person: User, letter: str, context: dict[str, Any]) -> None:
    for address in EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True):
        mail.send(
            to=address,
            template=f"accounts_letters/{letter}",
            context={"organisation": settings.ORGANISATION, **context},
            priority=mail.URGENT,
        )
