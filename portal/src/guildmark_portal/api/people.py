"""Who asks."""

from django.http import HttpRequest

from guildmark.errors import SignInRequired
from guildmark_portal.accounts.models import User


def person(request: HttpRequest) -> User:
    """The person that the token or session belongs to. Raises `SignInRequired` without one."""
    user = getattr(request, "auth", None)
    if not isinstance(user, User):
        raise SignInRequired
    return user
