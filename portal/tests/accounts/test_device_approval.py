"""Letting a terminal in: a fresh sign-in first, and the code is not typed twice."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from portal.tests.accounts.conftest import signed_in
from portal.tests.web.html_reading import Page

from guildmark.protocol import CLIENT_ID
from guildmark_portal.accounts import sessions

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PAGE, CONFIRM = "/identity/o/device", "/accounts/reauthenticate/"


@pytest.fixture
def terminal(db) -> dict[str, str]:
    """What a terminal was given when it asked to be let in."""
    asked = Client().post(
        "/identity/o/api/device/code",
        "client_id=" + CLIENT_ID + "&scope=openid",
        content_type="application/x-www-form-urlencoded",
    )
    assert asked.status_code == 200, asked.content
    return dict(asked.json())


@pytest.fixture
def code(terminal) -> str:
    """The code that a terminal shows."""
    return terminal["user_code"]


def test_x17_the_field_for_the_code_is_named_in_the_readers_language(candidate) -> None:
    own = signed_in(candidate, minutes_ago=1)
    own.cookies["django_language"] = "ko"
    page = own.get(PAGE).content.decode()
    assert ('<label for="id_code">코드</label>' in page, "placeholder" in page) == (True, False)


def test_who_signed_in_long_ago_signs_in_freshly_and_comes_back_to_the_code(stale, code, newest_code):
    where = stale.get(PAGE, {"code": code})["Location"]
    assert where.startswith(CONFIRM)
    stale.post(where, {"action": "send"})
    back = stale.post(where, {"code": newest_code()})["Location"]
    assert back == f"{PAGE}?code={code}"
    page = stale.get(back).content.decode()
    assert ("Is this your code?" in page, code in page, Page(page).problems) == (True, True, [])
    assert "The terminal is signed in" in stale.post(back, {"action": "confirm"}).content.decode()


def test_a_confirmation_with_an_old_sign_in_lets_nothing_in(stale, code, candidate):
    answer = stale.post(f"{PAGE}?code={code}", {"action": "confirm"})
    assert answer["Location"] == f"{CONFIRM}?next=%2Fidentity%2Fo%2Fdevice%3Fcode%3D{code}"
    assert token_of(code) is None


def test_to_refuse_needs_no_fresh_sign_in(stale, code):
    assert "The sign-in was refused" in stale.post(f"{PAGE}?code={code}", {"action": "deny"}).content.decode()


def test_a_fresh_sign_in_goes_straight_to_the_question(own, code):
    assert "Is this your code?" in own.get(PAGE, {"code": code}).content.decode()


@pytest.mark.parametrize(("minutes", "status"), [(9.9, 200), (10.1, 302)])
def test_it_is_fresh_for_ten_minutes(minutes, status, candidate, stopped_clock, code):
    assert signed_in(candidate, minutes_ago=minutes).get(PAGE, {"code": code}).status_code == status


def test_who_typed_no_code_yet_is_asked_for_it_first(stale):
    assert "Enter the code that the terminal" in stale.get(PAGE).content.decode()


def fetched(terminal: dict[str, str]) -> tuple[int, str]:
    """What a terminal is answered that asks for its token."""
    asked = {"grant_type": GRANT, "client_id": CLIENT_ID, "device_code": terminal["device_code"]}
    answer = Client().post("/identity/o/api/token", urlencode(asked), content_type="application/x-www-form-urlencoded")
    return answer.status_code, answer.json().get("error", "")


def test_a_terminal_that_was_let_in_fetches_its_token(own, code, terminal):
    own.post(f"{PAGE}?code={code}", {"action": "confirm"})
    assert fetched(terminal) == (200, "")


def test_signing_out_everywhere_ends_a_terminal_that_was_let_in_and_has_not_fetched_its_token(own, code, terminal, candidate):
    own.post(f"{PAGE}?code={code}", {"action": "confirm"})
    own.post("/account/sessions/", {"all": "yes"})
    assert fetched(terminal) == (400, "invalid_grant")
    assert sessions.terminals(candidate) == []


def token_of(code: str) -> object:
    """Nothing while nobody has let the terminal in."""
    from guildmark_portal.accounts.models import User

    return next((one for user in User.objects.all() for one in sessions.terminals(user)), None)
