"""How many letters with codes go to one address, so that nobody floods it and nobody locks its owner out.

Anybody may have a code sent to anybody's address. Letters are therefore counted by who asks: a browser that the person has
signed in with before has a count of its own, which no stranger can spend, and so has the person who is signed in. Everybody
else is counted by address and network together; all of those together have a limit for the address too, which one
network alone cannot reach.
"""

from typing import Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from guildmark_portal.accounts import known_browser
from guildmark_portal.accounts.models import User

TEMPLATES: Final = frozenset(
    {
        "account/email/login_code",
        "account/email/fresh_code",
        "account/email/email_confirmation",
        "account/email/email_confirmation_signup",
        "account/email/unknown_account",
        "account/email/account_already_exists",
    }
)
"""The letters that anybody can have sent by typing an address; those without a code must not be told apart by their limits."""


def count(request: HttpRequest, email: str) -> None:
    """Count one more letter to the address, or answer the request with 429: nothing is sent."""
    if not _is_within_limits(request, email.strip().lower()):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))


def _is_within_limits(request: HttpRequest, address: str) -> bool:
    user = request.user
    if isinstance(user, User) and user.email == address:
        return _consume(request, "code_for_who_is_signed_in", str(user.pk))
    if browser := known_browser.name_of(request, address):
        return _consume(request, "code_for_known_browser", browser)
    here = f"{ratelimit.get_ip(request)} {address}"
    return _consume(request, "code_from_network", here) and _consume(request, "code_for_address", address)


def _consume(request: HttpRequest, action: str, key: str) -> bool:
    return bool(ratelimit.consume(request, app="allauth.account", action=action, key=key, limit_get=True))
