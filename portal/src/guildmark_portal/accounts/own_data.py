"""The account's own part of a person's data: name, address, roles, ways to sign in, sessions, traces in tables of others."""

import secrets
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import CASCADE, ProtectedError, Q
from django.db.transaction import atomic

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.personal_data import Json, Part
from guildmark_portal.accounts.sessions import terminals
from guildmark_portal.audit.models import Entry
from guildmark_portal.mail import services as mail

DELETED_DOMAIN: Final = "deleted.invalid"


def export(user: User) -> Json:
    """Everything but secrets: those of authenticators and sessions prove who somebody is, and say nothing of them."""
    return {
        "email": user.email,
        "name": user.name,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "roles": list(user.grants.values("role", "granted_at", "revoked_at")),
        "authenticators": [_authenticator(one) for one in Authenticator.objects.filter(user=user)],
        "other_sign_ins": list(SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "extra_data")),
        "browsers": list(UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")),
        "terminals": [{"name": one.name, "since": one.since, "until": one.until} for one in terminals(user)],
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
            relation.related_model._default_manager.filter(**{relation.field.name: user}).delete()  # noqa: SLF001 - as above
    try:
        with atomic():
            user.delete()
    except ProtectedError:
        user.email, user.name = f"{secrets.token_hex(16)}@{DELETED_DOMAIN}", ""
        user.is_active, user.last_login = False, None
        user.save()


def _erase_traces(user: User) -> None:
    """Letters, sessions, and the administration's log, which repeats what a row was called."""
    mail.forget(user.email)
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        held = session.get_decoded()
        if held.get("_auth_user_id") == str(user.pk) or user.email in str(held):
            session.delete()
    Session.objects.filter(expire_date__lte=clock.now()).delete()
    named = Q(object_repr__contains=user.email) | Q(change_message__contains=user.email)
    if user.name:
        named |= Q(object_repr=user.name)
    LogEntry.objects.filter(Q(user=user) | named).delete()


PART: Final = Part(name="account", export=export, erase=erase)
