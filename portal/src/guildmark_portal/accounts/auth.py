"""How the API knows who asks: `auth=api_auth` on a ninja router.

A bearer token of the OpenID provider, or the browser's session with Django's CSRF token. In both cases `request.user` is the
person, and `request.auth` too. A request that carries an Authorization header is judged by that alone, so that an
expired token is answered with 401 and never silently replaced by a cookie.
"""

from collections.abc import Callable
from typing import Any

from allauth.idp.oidc.contrib.ninja.security import TokenAuth
from django.http import HttpRequest
from ninja.security import SessionAuth as NinjaSessionAuth

from guildmark_portal.accounts.models import User


class BearerAuth(TokenAuth):  # type: ignore[misc]
    """An access token in `Authorization: Bearer …`, given to a person (never to a client alone)."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self) -> None:
        super().__init__(scope=["openid"])

    def __call__(self, request: HttpRequest) -> User | None:
        """The token's owner, or None."""
        if "Authorization" not in request.headers:
            return None
        token = super().__call__(request)
        if not token or not token.user or not token.user.is_active:
            return None
        user: User = token.user

        async def auser() -> User:
            return user

        request.user, request.auser = user, auser
        return user


class SessionAuth(NinjaSessionAuth):
    """The browser's session. CSRF is checked for whoever has one; who has none is not signed in, whatever else is wrong."""

    def __call__(self, request: HttpRequest) -> Any:
        """The session's owner, or None."""
        if "Authorization" in request.headers or self.param_name not in request.COOKIES:
            return None
        return super().__call__(request)


api_auth: list[Callable[[HttpRequest], Any]] = [BearerAuth(), SessionAuth()]
