"""Who is signed in."""

from django.http import HttpRequest

from guildmark_portal.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who is signed in; views that call this require it, anything else is a mistake of ours."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError(user)
    return user
