"""A fresh sign-in before what is sensitive."""

import pytest
from django.test import Client
from portal.tests.accounts.conftest import CODE, signed_in, streamed

PAGE = "/account/delete/"
CONFIRM = "/accounts/reauthenticate/"


@pytest.fixture
def asked(stale: Client) -> str:
    """The page that asks for it."""
    answer = stale.get(PAGE)
    assert answer.status_code == 302
    return answer["Location"]


def test_a_sign_in_of_a_minute_ago_is_fresh_and_one_of_an_hour_ago_is_not(own, stale):
    assert own.get(PAGE).status_code == 200
    assert stale.get(PAGE)["Location"] == f"{CONFIRM}?next=%2Faccount%2Fdelete%2F"


def test_who_has_just_signed_up_is_fresh(client, db, newest_code):
    client.post("/accounts/signup/", {"email": "new@example.org", "name": "Nia New"})
    client.post("/accounts/confirm-email/", {"code": newest_code()})
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(9.9, 200), (10.1, 302)])
def test_it_stays_fresh_for_ten_minutes(minutes, status, candidate, stopped_clock):
    assert signed_in(candidate, minutes_ago=minutes).get(PAGE).status_code == status


def test_a_code_by_mail_makes_it_fresh_and_leads_back(stale, asked, newest_code):
    assert "We send a code to <strong>candidate@example.org</strong>" in stale.get(asked).content.decode()
    stale.post(asked, {"action": "send"})
    answer = stale.post(asked, {"code": newest_code()})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert stale.get(PAGE).status_code == 200


def test_what_was_sent_before_it_is_done_after_it(stale, newest_code, candidate):
    answer = stale.post("/account/data/", {})
    confirm = answer["Location"]
    stale.post(confirm, {"action": "send"})
    answer = stale.post(confirm, {"code": newest_code(), "next": "/account/data/"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert streamed(answer).startswith(b"PK")
    answer.close()


def test_the_letter_says_for_how_long_and_what_if_it_was_somebody_else(stale, asked, letters):
    stale.post(asked, {"action": "send"})
    to, subject, body = letters()[-1]
    assert (to, subject, len(CODE.findall(body))) == ("candidate@example.org", "Confirm that it is you", 1)
    assert "It is valid for 15 minutes, and once." in body
    assert "If it was not you, somebody else uses your account." in body


def test_three_wrong_guesses_spend_the_code(stale, asked, newest_code):
    stale.post(asked, {"action": "send"})
    code = newest_code()
    for _guess in range(3):
        page = stale.post(asked, {"code": "BBBB-BBBB"}).content.decode()
    assert "This code is no longer valid. Ask for a new one." in page
    assert stale.post(asked, {"code": code}).status_code == 200
    assert stale.get(PAGE).status_code == 302


def test_a_code_is_good_once_and_for_its_time(candidate, stopped_clock, newest_code):
    client = signed_in(candidate, minutes_ago=60)
    client.post(CONFIRM, {"action": "send"})
    code = newest_code()
    stopped_clock.advance(15 * 60)
    assert client.post(CONFIRM, {"code": code}).status_code == 200
    client.post(CONFIRM, {"action": "send"})
    stopped_clock.advance(15 * 60 - 1)
    code = newest_code()
    assert client.post(CONFIRM, {"code": code}).status_code == 302
    assert client.post(CONFIRM, {"code": code}).status_code == 200


def test_a_code_is_good_for_its_own_person_and_browser_only(candidate, stranger, newest_code):
    client, other = signed_in(candidate, minutes_ago=60), signed_in(stranger, minutes_ago=60)
    client.post(CONFIRM, {"action": "send"})
    code = newest_code()
    other.post(CONFIRM, {"code": code})
    assert other.get(PAGE).status_code == 302


def test_codes_for_one_address_are_limited(stale, letters):
    statuses = [stale.post(CONFIRM, {"action": "send"}).status_code for _time in range(5)]
    assert statuses == [302, 302, 302, 429, 429]
    assert len(letters()) == 3


def test_guesses_are_limited_whatever_the_code(stale, newest_code):
    statuses = [stale.post(CONFIRM, {"code": "BBBB-BBBB"}).status_code for _time in range(11)]
    assert statuses == [200] * 10 + [429]


def test_a_visitor_signs_in_first(client, db):
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert client.get(CONFIRM)["Location"].startswith("/accounts/login/")
