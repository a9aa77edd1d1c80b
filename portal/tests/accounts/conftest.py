"""People who are signed in, freshly or not, and the letters that they get."""

import re
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from portal.tests.platform.conftest import initialised, made_once, portal_env, served
from portal.tests.web.conftest import bank, grader, program, work

from guildmark_portal import clock
from guildmark_portal.accounts.models import User

__all__ = [
    "bank",
    "grader",
    "initialised",
    "made_once",
    "portal_env",
    "program",
    "served",
    "signed_in",
    "streamed",
    "who",
    "work",
]

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")


def signed_in(user: User, *, minutes_ago: float | None = None) -> Client:
    """The person's browser; with `minutes_ago`, signed in by a code so long ago."""
    client = Client()
    client.force_login(user)
    if minutes_ago is not None:
        session = client.session
        at = clock.now().timestamp() - 60 * minutes_ago
        session["account_authentication_methods"] = [{"method": "code", "at": at, "email": user.email}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def streamed(answer: HttpResponseBase) -> bytes:
    """The whole of an answer that is sent in pieces."""
    assert isinstance(answer, StreamingHttpResponse)

    async def collected() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collected)()


def who(client: Client) -> User | None:
    """Whose browser it is."""
    key = client.session.get(SESSION_KEY)
    return User.objects.get(pk=key) if key else None


@pytest.fixture
def own(candidate: User) -> Client:
    """The candidate's browser, with a fresh sign-in."""
    return signed_in(candidate, minutes_ago=1)


@pytest.fixture
def stale(candidate: User) -> Client:
    """The candidate's browser, signed in long ago."""
    return signed_in(candidate, minutes_ago=60)


@pytest.fixture
def letters(db: None) -> Callable[[], list[tuple[str, str, str]]]:
    """Send what waits to be sent; address, subject and body of all letters so far."""
    from django.core import mail

    from guildmark_portal.jobs.runner import Runner

    def sent() -> list[tuple[str, str, str]]:
        Runner().run_due()
        return [(message.to[0], str(message.subject), str(message.body)) for message in mail.outbox]

    return sent


@pytest.fixture
def newest_code(letters: Callable[[], list[tuple[str, str, str]]]) -> Callable[[], str]:
    return lambda: CODE.findall(letters()[-1][2])[-1]
