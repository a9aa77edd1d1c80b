"""The account's own part of a person's data: name, address, roles, ways to sign in, sessions, traces in tables of others."""

import secrets
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import CASCADE, ProtectedError, Q, QuerySet
from django.db.transaction import atomic

from guildmark_portal import clock
from guildmark_portal.accounts import addresses
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.accounts.sessions import terminals
from guildmark_portal.audit.models import Entry
from guildmark_portal.mail import envelopes, refusals
from guildmark_portal.mail import services as mail

DELETED_DOMAIN: Final = "deleted.invalid"


def is_deleted(address: str) -> bool:
    """Whether what was an account's address leads nowhere since it was deleted."""
    return address.endswith(f"@{DELETED_DOMAIN}")


def export(user: User) -> Json:
    """Everything but secrets: those of authenticators and sessions prove who somebody is, and say nothing of them."""
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "roles": list(user.grants.values("role", "granted_at", "revoked_at")),
        "authenticators": [_authenticator(one) for one in Authenticator.objects.filter(user=user)],
        "other_sign_ins": list(SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "extra_data")),
        "browsers": list(UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")),
        "terminals": [{"name": one.name, "since": one.since, "until": one.until} for one in terminals(user)],
        "recoveries": list(user.recoveries.values("opened_at", "due_at", "reason", "ended_at", "outcome")),
        "letters_refused": refusals.of(user.email),
        "letters_sent": envelopes.sent_to(user.email),
        "former_addresses": list(user.former_addresses.values("digest", "left_at")),
        "audit": list(
            Entry.objects.filter(Q(actor=f"user:{user.pk}") | Q(subject=f"user:{user.pk}"))
            .order_by("id")
            .values("at", "action", "detail")
        ),
    }


def _authenticator(one: Authenticator) -> dict[str, Any]:
    return {"kind": one.type, "name": str(one), "added": one.created_at, "last_used": one.last_used_at}


def erase(user: User) -> None:
    """Remove the account; where something needs its row (a certificate), leave a row that names nobody and signs nobody in.

    What is declared to go with the account (CASCADE) goes in both cases, whichever application it belongs to.
    """
    _erase_traces(user)
    for relation in User._meta.related_objects:  # noqa: SLF001 - Django's own way
        if relation.on_delete is CASCADE:
            rows = relation.related_model._default_manager.filter(**{relation.field.name: user})  # noqa: SLF001 - as above
            _blank_log(rows)
            rows.delete()
    try:
        with atomic():
            user.delete()
    except ProtectedError:
        user.email, user.name = f"{secrets.token_hex(16)}@{DELETED_DOMAIN}", ""
        user.is_active, user.last_login = False, None
        user.save()


def _erase_traces(user: User) -> None:
    """Letters, sessions, and the administration's log, which repeats what a row was called."""
    mine = addresses.digests_of(user)
    for address in mail.held_addresses():
        if addresses.digest(address) in mine:
            mail.forget(address)
    mail.forget(user.email)
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        held = session.get_decoded()
        if held.get("_auth_user_id") == str(user.pk) or _says(held, user.email):
            session.delete()
    Session.objects.filter(expire_date__lte=clock.now()).delete()
    _blank_log(User.objects.filter(pk=user.pk))


def _says(held: object, address: str) -> bool:
    """Whether one of the values that a session holds is the address: the whole value, so that a longer address is another."""
    if isinstance(held, dict):
        return any(_says(value, address) for value in held.values())
    if isinstance(held, list | tuple):
        return any(_says(value, address) for value in held)
    return isinstance(held, str) and held.lower() == address


def _blank_log(rows: QuerySet[Any]) -> None:
    """Keep that an owner did something to the rows, without what the rows were called."""
    kind, keys = ContentType.objects.get_for_model(rows.model), [str(key) for key in rows.values_list("pk", flat=True)]
    LogEntry.objects.filter(content_type=kind, object_id__in=keys).update(object_repr="", change_message="")


PART: Final = Part(name="account", export=export, erase=erase)
