"""The browsers that somebody has signed in with before, told by a signed cookie that says nothing else.

It signs nobody in. A letter with a code that such a browser asks for counts apart from those that strangers ask for
(`code_letters`), so that nobody can spend another person's letters. The cookie goes to the pages of sign-in alone.
"""

import secrets
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from guildmark_portal.accounts.models import User

COOKIE: Final = "guildmark_browser"
_SALT: Final = "guildmark.known-browser"
_PATH: Final = "/accounts/"
_AGE_S: Final = 365 * 24 * 3600
_MOST_PEOPLE: Final = 10


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note in the browser that `user` has signed in with it."""
    held = _read(request)
    people = [user.pk, *(number for number in held["people"] if number != user.pk)][:_MOST_PEOPLE]
    response.set_cookie(
        COOKIE,
        signing.dumps({"browser": held["browser"], "people": people}, salt=_SALT),
        max_age=_AGE_S,
        path=_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def name_of(request: HttpRequest, address: str) -> str | None:
    """What tells this browser from all others, if the account of `address` has signed in with it; else None."""
    held = _read(request)
    number = User.objects.filter(email=address).values_list("pk", flat=True).first()
    return f"{held['browser']}:{number}" if number in held["people"] else None


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        held: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_AGE_S)
    except signing.BadSignature:
        return {"browser": secrets.token_hex(16), "people": []}
    return held
