"""Where somebody is signed in: browsers by their session, terminals by the tokens of the device grant.

A terminal renews its access with one refresh token, which stands for it; access tokens live for an hour and say nothing of
which terminal holds them, so ending one terminal ends every access token of the account, and the others renew theirs.
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.internal.oauthlib import device_codes
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit


@dataclass(frozen=True)
class Terminal:
    """A terminal that is signed in."""

    key: int
    name: str
    since: datetime
    until: datetime | None


def browsers(user: User) -> list[UserSession]:
    """The browsers that are signed in, the newest first; sessions that have ended are forgotten."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.created_at, reverse=True)


def terminals(user: User) -> list[Terminal]:
    """The terminals that are signed in, the newest first."""
    return [
        Terminal(token.pk, token.client.name if token.client else "", token.created_at, token.expires_at)
        for token in _tokens(user).filter(type=Token.Type.REFRESH_TOKEN).select_related("client").order_by("-created_at", "-pk")
        if token.expires_at is None or token.expires_at > clock.now()
    ]


@transaction.atomic
def end_browser(*, user: User, key: int) -> bool:
    """End one browser's session; whether there was one."""
    session = UserSession.objects.filter(user=user, pk=key).first()
    if session is None:
        return False
    session.end()
    audit.record(actor=user, action="session.ended", subject=user)
    return True


@transaction.atomic
def end_terminal(*, user: User, key: int) -> bool:
    """End one terminal's sign-in; whether there was one."""
    removed, _rows = _tokens(user).filter(type=Token.Type.REFRESH_TOKEN, pk=key).delete()
    if not removed:
        return False
    _tokens(user).filter(type=Token.Type.ACCESS_TOKEN).delete()
    audit.record(actor=user, action="terminal.ended", subject=user)
    return True


def note_allowed(*, user: User, code: str) -> None:
    """Remember that the person is about to let in the terminal that shows `code`: it may fetch its token minutes later."""
    if device := cache.get(device_codes.cache_user_code_key(code)):
        known = cache.get(_allowed_key(user), [])
        cache.set(_allowed_key(user), [*known, device], timeout=settings.IDP_OIDC_DEVICE_CODE_EXPIRES_IN)


@transaction.atomic
def end_all(*, user: User, but: str | None = None) -> None:
    """End every session but the one of that key, and every terminal's sign-in, those included that wait for their token."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but):
        session.end()
    cache.delete_many([device_codes.cache_device_code_key(device) for device in cache.get(_allowed_key(user), [])])
    cache.delete(_allowed_key(user))
    _tokens(user).delete()
    audit.record(actor=user, action="session.all_ended", subject=user)


def has_others(*, user: User, but: str | None) -> bool:
    """Whether somebody is signed in beside the session of that key."""
    return UserSession.objects.filter(user=user).exclude(session_key=but).exists() or _tokens(user).exists()


def _allowed_key(user: User) -> str:
    return f"guildmark.terminals-allowed:{user.pk}"


def _tokens(user: User) -> QuerySet[Token]:
    found: QuerySet[Token] = Token.objects.filter(user=user)
    return found
