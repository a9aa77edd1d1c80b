"""Whose attempt it is: a page shows an attempt to its owner, and to anybody else there is none."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from guildmark_portal.accounts.models import User
from guildmark_portal.exams import queries
from guildmark_portal.exams.models import Attempt


def signed_in(request: HttpRequest) -> User:
    """The person who is signed in; views that call this require it."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def own_attempt(request: HttpRequest, attempt_id: UUID) -> Attempt:
    """The attempt, if it belongs to who asks. Raises `Http404` otherwise."""
    try:
        return queries.attempt_of(user=signed_in(request), attempt_id=attempt_id)
    except Attempt.DoesNotExist as error:
        raise Http404(gettext("There is no such exam attempt in your account.")) from error
