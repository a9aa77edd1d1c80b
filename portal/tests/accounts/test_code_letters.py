"""Letters with codes: a stranger cannot spend those of somebody else, and nobody's address is flooded."""

import time

import pytest
from django.test import Client
from portal.tests.accounts.conftest import CODE, signed_in, who

LOGIN, CONFIRM, SIGNUP = "/accounts/login/", "/accounts/login/code/confirm/", "/accounts/signup/"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


def ask(client: Client, email: str, network: str = HERE, *, page: str = LOGIN) -> int:
    answer = client.post(page, {"login": email, "email": email, "name": "Somebody"}, REMOTE_ADDR=network)
    return answer.status_code


@pytest.fixture
def later(monkeypatch):
    """Move the clock of the limits, which is allauth's own."""
    moved = [0.0]
    real = time.time
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: real() + moved[0])

    def move(seconds: float) -> None:
        moved[0] += seconds

    return move


@pytest.fixture
def known(candidate, newest_code) -> Client:
    """A browser that the candidate has signed in with, and out again."""
    client = Client()
    ask(client, candidate.email)
    client.post(CONFIRM, {"code": newest_code()})
    assert who(client) == candidate
    client.post("/accounts/logout/")
    return client


def test_a_stranger_elsewhere_cannot_spend_the_letters_of_a_person(candidate, newest_code):
    assert [ask(Client(), candidate.email, ELSEWHERE) for _time in range(5)] == [302, 302, 302, 429, 429]
    own = Client()
    assert ask(own, candidate.email) == 302
    own.post(CONFIRM, {"code": newest_code()})
    assert who(own) == candidate


def test_one_network_has_six_letters_an_hour_for_an_address(candidate, later, letters):
    found = []
    for _minute in range(7):
        found.append(ask(Client(), candidate.email, ELSEWHERE))
        later(61)
    assert (found, len(letters())) == ([302] * 6 + [429], 6)
    later(3600)
    assert ask(Client(), candidate.email, ELSEWHERE) == 302


def test_all_networks_together_have_twenty_letters_an_hour_for_an_address(candidate, letters):
    found = [ask(Client(), candidate.email, f"198.51.100.{number}") for number in range(21)]
    assert (found, len(letters())) == ([302] * 20 + [429], 20)


def test_a_browser_that_the_person_has_used_signs_in_though_strangers_everywhere_have_spent_the_rest(
    candidate, known, newest_code
):
    for number in range(21):
        ask(Client(), candidate.email, f"198.51.100.{number}")
    assert ask(Client(), candidate.email, "203.0.113.1") == 429
    assert ask(known, candidate.email) == 302
    known.post(CONFIRM, {"code": newest_code()})
    assert who(known) == candidate


def test_a_browser_that_the_person_has_used_floods_nothing_either(candidate, known, letters):
    def again(number: int) -> int:
        client = Client()
        client.cookies["guildmark_browser"] = known.cookies["guildmark_browser"].value
        return ask(client, candidate.email, f"203.0.113.{number}")

    before = len(letters())
    assert [again(number) for number in range(4)] == [302, 302, 302, 429]
    assert len(letters()) == before + 3


def test_a_browser_is_known_for_its_own_people_only(candidate, stranger, known):
    for _time in range(3):
        ask(Client(), stranger.email)
    assert ask(known, stranger.email) == 429


def test_a_made_up_cookie_makes_no_known_browser(candidate, known):
    forged = Client()
    forged.cookies["guildmark_browser"] = known.cookies["guildmark_browser"].value[:-1] + "x"
    for _time in range(3):
        ask(Client(), candidate.email)
    assert ask(forged, candidate.email) == 429


def test_the_cookie_is_for_the_pages_of_sign_in_and_no_script(known):
    held = known.cookies["guildmark_browser"]
    assert (held["path"], held["httponly"], held["samesite"]) == ("/accounts/", True, "Lax")


def test_sign_ups_with_an_address_count_as_well(db, letters):
    mixed = [LOGIN, SIGNUP, LOGIN, SIGNUP, LOGIN]
    assert [ask(Client(), "new@example.org", ELSEWHERE, page=page) for page in mixed] == [302, 302, 302, 429, 429]
    assert len(letters()) == 3


def test_a_code_that_is_asked_for_again_counts_too(candidate, letters):
    client = Client()
    found = [ask(client, candidate.email)]
    found += [client.post(CONFIRM, {"action": "resend"}, REMOTE_ADDR=HERE).status_code for _time in range(2)]
    found.append(ask(Client(), candidate.email))
    assert (found, len(letters())) == ([302, 302, 302, 429], 3)


def test_an_address_without_an_account_has_the_same_limits(db, candidate):
    found = {
        email: [ask(Client(), email, ELSEWHERE) for _time in range(4)] for email in ("nobody@example.org", candidate.email)
    }
    assert found["nobody@example.org"] == found[candidate.email] == [302, 302, 302, 429]


def test_strangers_spend_nothing_of_a_fresh_sign_in(candidate, letters):
    for number in range(21):
        ask(Client(), candidate.email, f"198.51.100.{number}")
    client = signed_in(candidate, minutes_ago=60)
    assert client.post("/accounts/reauthenticate/", {"action": "send"}).status_code == 302
    assert len(CODE.findall(letters()[-1][2])) == 1


def test_neighbours_in_a_network_of_version_6_count_as_one(candidate):
    found = [ask(Client(), candidate.email, f"2001:db8::{number}") for number in range(1, 5)]
    assert found == [302, 302, 302, 429]
    assert ask(Client(), candidate.email, "2001:db8:0:1::1") == 302
