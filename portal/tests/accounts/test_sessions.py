"""Where somebody is signed in, and ending it."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.test import Client
from portal.tests.accounts.conftest import signed_in, who

from guildmark.protocol import CLIENT_ID, PROTOCOL_HEADER, PROTOCOL_VERSION
from guildmark_portal import clock
from guildmark_portal.accounts import sessions
from guildmark_portal.accounts.templatetags.accounts import browser_name
from guildmark_portal.audit.models import Entry

PAGE = "/account/sessions/"


@pytest.fixture
def browser(candidate, newest_code):
    """Signs the candidate in through the pages, as a browser of that name."""

    def sign_in(name: str) -> Client:
        client = Client(headers={"user-agent": name})
        client.post("/accounts/login/", {"login": candidate.email})
        client.post("/accounts/login/code/confirm/", {"code": newest_code()})
        assert who(client) == candidate
        return client

    return sign_in


def token(user, value: str, kind: str) -> Token:
    made = Token(type=kind, client=OidcClient.objects.get(pk=CLIENT_ID), user=user, expires_at=clock.now() + timedelta(hours=1))
    made.set_value(value)
    made.set_scopes(["openid"])
    made.save()
    return made


def status_of(value: str) -> int:
    headers = {"Authorization": f"Bearer {value}", PROTOCOL_HEADER: PROTOCOL_VERSION}
    return Client().get("/api/v1/me", headers=headers).status_code


def test_the_page_shows_every_browser_and_ends_the_other(browser, candidate):
    here, there = browser("Firefox here"), browser("Safari there")
    page = here.get(PAGE).content.decode()
    assert ("Firefox here" in page, "Safari there" in page, page.count("This browser")) == (True, True, 1)
    (other,) = [one for one in sessions.browsers(candidate) if one.user_agent == "Safari there"]
    here.post(PAGE, {"browser": other.pk})
    assert (who(here), who(there)) == (candidate, None)
    assert Entry.objects.filter(action="session.ended").count() == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_called_as_people_call_it(user_agent, name):
    assert browser_name(user_agent) == name


def test_everything_else_can_be_ended_at_once(browser, candidate):
    here, there = browser("here"), browser("there")
    token(candidate, "refresh", "rt")
    token(candidate, "access", "at")
    here.post(PAGE, {"all": "yes"})
    assert (who(here), who(there), status_of("access"), Token.objects.count()) == (candidate, None, 401, 0)


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_a_terminal_that_signs_out_ends_its_own_token_and_no_other(candidate, kind):
    token(candidate, "refresh", "rt")
    token(candidate, "access", "at")
    ended = Client().post(
        "/identity/o/api/revoke",
        f"client_id={CLIENT_ID}&token={kind.removesuffix('_token')}&token_type_hint={kind}",
        content_type="application/x-www-form-urlencoded",
    )
    assert ended.status_code == 200
    assert list(Token.objects.values_list("type", flat=True)) == [{"refresh_token": "at", "access_token": "rt"}[kind]]


def test_a_terminal_is_shown_and_ending_it_ends_its_access(own, candidate):
    refresh = token(candidate, "refresh", "rt")
    token(candidate, "access", "at")
    assert status_of("access") == 200
    assert own.get(PAGE).content.decode().count("Guildmark</th>") == 1
    answer = own.post(PAGE, {"terminal": refresh.pk}, follow=True)
    assert "The terminal is signed out." in answer.content.decode()
    assert (status_of("access"), sessions.terminals(candidate)) == (401, [])


@pytest.mark.parametrize("what", ["browser", "terminal"])
def test_a_key_of_thousands_of_digits_is_none(what, own):
    answer = own.post(PAGE, {what: "9" * 5000}, follow=True)
    assert (answer.status_code, "It had ended already." in answer.content.decode()) == (200, True)


def test_a_stranger_ends_nobody_elses(browser, candidate, stranger):
    here = browser("Firefox")
    refresh = token(candidate, "refresh", "rt")
    other = signed_in(stranger)
    other.post(PAGE, {"browser": sessions.browsers(candidate)[0].pk})
    other.post(PAGE, {"terminal": refresh.pk})
    assert (who(here), len(sessions.terminals(candidate))) == (candidate, 1)
    assert "Firefox" not in other.get(PAGE).content.decode()


def test_what_has_ended_is_not_shown(browser, candidate):
    here = browser("here")
    browser("gone").post("/accounts/logout/")
    expired = token(candidate, "old", "rt")
    Token.objects.filter(pk=expired.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert [one.user_agent for one in sessions.browsers(candidate)] == ["here"]
    assert sessions.terminals(candidate) == []
    assert "It had ended already." in here.post(PAGE, {"terminal": expired.pk + 1}, follow=True).content.decode()


def test_codes_for_terminals_are_limited_by_network(client, db):
    asked = {"data": "client_id=guildmark-client&scope=openid", "content_type": "application/x-www-form-urlencoded"}
    statuses = [client.post("/identity/o/api/device/code", **asked).status_code for _time in range(61)]
    assert statuses == [200] * 60 + [429]
    other = client.post("/identity/o/api/device/code", **asked, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 200


def test_a_terminals_request_without_a_form_is_refused_and_breaks_nothing(client, db):
    assert client.generic("POST", "/identity/o/api/device/code").status_code == 400
