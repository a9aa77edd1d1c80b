"""Who asks: a bearer token, or a session with a CSRF token; nobody else."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.middleware.csrf import get_token
from django.test import RequestFactory
from portal.tests.accounts.conftest import signed_in

from guildmark.protocol import CLIENT_ID
from guildmark_portal import clock
from guildmark_portal.accounts.auth import api_auth


def token_for(user, *, scopes=("openid",), lives=timedelta(hours=1), kind=Token.Type.ACCESS_TOKEN) -> str:
    token = Token(type=kind, client=OidcClient.objects.get(pk=CLIENT_ID), user=user, expires_at=clock.now() + lives)
    token.set_value("secret")
    token.set_scopes(list(scopes))
    token.save()
    return "secret"


@pytest.fixture
def asked_by():
    """Who `api_auth` takes a request for: tried in order, as ninja does."""
    from allauth.core import context
    from django.contrib.auth.models import AnonymousUser
    from ninja.errors import HttpError

    def ask(request, *, user=None):
        request.user = user or AnonymousUser()
        with context.request_context(request):
            for method in api_auth:
                try:
                    found = method(request)
                except HttpError as error:
                    return error.status_code
                if found:
                    assert request.user == found
                    return found
        return None

    return ask


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_bearer_token_is_its_owner(asked_by, candidate, rf):
    assert asked_by(rf.post("/api/v1/attempts", headers=bearer(token_for(candidate)))) == candidate


@pytest.mark.parametrize(
    "wrong",
    [{"lives": -timedelta(seconds=1)}, {"scopes": ("email",)}, {"kind": Token.Type.REFRESH_TOKEN}],
    ids=["expired", "no scope", "a refresh token"],
)
def test_a_token_that_is_not_good_is_nobody(wrong, asked_by, candidate, rf):
    assert asked_by(rf.get("/api/v1/me", headers=bearer(token_for(candidate, **wrong)))) is None


def test_a_token_of_nobody_or_of_a_closed_account_is_nobody(asked_by, candidate, rf):
    token = token_for(None)
    assert asked_by(rf.get("/", headers=bearer(token))) is None
    Token.objects.all().delete()
    candidate.is_active = False
    candidate.save()
    assert asked_by(rf.get("/", headers=bearer(token_for(candidate)))) is None


def test_a_token_in_the_address_is_not_taken(asked_by, candidate, rf):
    assert asked_by(rf.get("/", {"access_token": token_for(candidate)})) is None


def test_a_bad_token_is_not_replaced_by_a_cookie(asked_by, stranger, rf, settings):
    request = rf.get("/", headers=bearer("made-up"))
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    assert asked_by(request, user=stranger) is None


def with_session(request, settings):
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    return request


def test_a_session_is_its_owner_when_it_only_reads(asked_by, candidate, rf, settings):
    assert asked_by(with_session(rf.get("/"), settings), user=candidate) == candidate


def test_a_session_needs_the_csrf_token_to_write(asked_by, candidate, settings):
    strict = RequestFactory(enforce_csrf_checks=True)
    assert asked_by(with_session(strict.post("/"), settings), user=candidate) == 403
    request = with_session(strict.post("/"), settings)
    token = get_token(request)
    request = with_session(strict.post("/", headers={"x-csrftoken": token}), settings)
    request.COOKIES[settings.CSRF_COOKIE_NAME] = token
    assert asked_by(request, user=candidate) == candidate


def test_a_request_without_either_is_nobody_and_not_a_csrf_error(asked_by, rf):
    assert asked_by(rf.post("/")) is None


def test_another_site_cannot_confirm_a_terminal(candidate):
    client = signed_in(candidate, minutes_ago=1)
    page = "/identity/o/device?code=AAAA-BBBB"
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example.org"}):
        assert client.post(page, {"action": "confirm"}, headers=headers).status_code == 403
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}, {}):
        assert client.post(page, {"action": "confirm"}, headers=headers).status_code == 200
