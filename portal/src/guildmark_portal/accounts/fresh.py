"""A fresh sign-in, which sensitive acts ask for: proof of who sits there, a few minutes old at most.

Who has a passkey or an authenticator app uses it. Who has neither gets a code by mail, as to sign in. The code's digest
waits in the session; it is valid once, for its time, and for so many guesses.
"""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from guildmark_portal import clock
from guildmark_portal.accounts.models import User

_WAITING: Final = "fresh_sign_in"
_SALT: Final = "guildmark.fresh-sign-in"

View = Callable[..., HttpResponseBase]


def fresh_sign_in_required(*, to_read: bool = True) -> Callable[[View], View]:
    """Ask for a fresh sign-in before the view, and then do what was asked; with `to_read` False, GET and HEAD go ahead."""

    def guarded(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (to_read or request.method not in {"GET", "HEAD"}) and not is_fresh(request):
                raise ReauthenticationRequired
            return view(request, *args, **kwargs)

        return door

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has proved who they are within the time that counts, as strongly as they could when they did."""
    user = request.user
    if not isinstance(user, User):
        return False
    earliest = clock.now().timestamp() - app_settings.REAUTHENTICATION_TIMEOUT
    first = authenticators(user).order_by("created_at").first()
    strong_since = first.created_at.timestamp() if first else float("inf")
    return any(
        record["at"] > earliest and (record["method"] == "mfa" or record["at"] < strong_since)
        for record in get_authentication_records(request, user)
    )


def authenticators(user: User) -> QuerySet[Authenticator]:
    """What the person can prove it with beside the mail: passkeys and the authenticator app."""
    kinds = [Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP]
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type__in=kinds)
    return found


def is_code_waiting(request: HttpRequest) -> bool:
    """Whether a code was sent that can still be entered."""
    waiting = request.session.get(_WAITING)
    if not waiting:
        return False
    age = clock.now().timestamp() - waiting["sent_at"]
    return bool(0 <= age < app_settings.LOGIN_BY_CODE_TIMEOUT and waiting["guesses"] < app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS)


def send_code(request: HttpRequest, user: User) -> None:
    """Send a new code to the person's address; one sent before counts no longer."""
    code = get_adapter().generate_login_code()
    request.session[_WAITING] = {"digest": _digest(user, code), "sent_at": clock.now().timestamp(), "guesses": 0}
    get_adapter().send_mail("account/email/fresh_code", user.email, {"code": code})


def enter_code(request: HttpRequest, user: User, code: str) -> bool:
    """Whether this is the code that waits; then the sign-in is fresh, and the code is spent."""
    if not is_code_waiting(request):
        return False
    waiting = request.session[_WAITING]
    if not hmac.compare_digest(waiting["digest"], _digest(user, code)):
        request.session[_WAITING] = {**waiting, "guesses": waiting["guesses"] + 1}
        return False
    del request.session[_WAITING]
    record_authentication(request, user, method="code", reauthenticated=True, email=user.email)
    return True


def _digest(user: User, code: str) -> str:
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac(_SALT, f"{user.pk}:{typed}", algorithm="sha256").hexdigest()
