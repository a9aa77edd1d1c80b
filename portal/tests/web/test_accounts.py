"""Signing up, signing in and out, and connecting a terminal, through the pages and the letters that they send."""

import re
from pathlib import Path

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from portal.tests.accounts.conftest import signed_in

from guildmark_portal.accounts.models import User

from .html_reading import Page

TEMPLATES = Path(__file__).parents[2] / "src" / "guildmark_portal" / "web" / "templates"
CODE = re.compile(r"\b[A-Z0-9]{4}-?[A-Z0-9]{4}\b|\b[A-Z0-9]{6}\b")


def newest_code() -> str:
    from guildmark_portal.jobs.runner import Runner

    Runner().run_due()
    found = CODE.findall(str(mail.outbox[-1].body))
    assert found
    return str(found[-1])


def read(response: HttpResponse) -> Page:
    assert response.status_code == 200
    return Page(response.content.decode())


def code_for_a_terminal(client: Client) -> str:
    asked = "client_id=guildmark-client&scope=openid+profile+email"
    response = client.post("/identity/o/api/device/code", asked, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    return str(response.json()["user_code"])


@pytest.mark.usefixtures("program")
def test_a_newcomer_signs_up_with_a_code_and_lands_at_the_exams(client: Client) -> None:
    page = read(client.get("/accounts/signup/?next=/exam/"))
    assert (page.problems, page.labels_missing) == ([], [])
    response = client.post("/accounts/signup/", {"email": "new@example.org", "name": "Nia New", "next": "/exam/"})
    page = read(client.get(response["Location"]))
    assert "new@example.org" in page.text
    assert (page.problems, page.labels_missing) == ([], [])
    page = read(client.post(response["Location"], {"code": newest_code(), "next": "/exam/"}, follow=True))
    assert "You have not registered for an exam yet." in page.text


@pytest.mark.usefixtures("candidate")
def test_somebody_known_signs_in_with_a_code(client: Client) -> None:
    page = read(client.get("/accounts/login/"))
    assert (page.problems, page.labels_missing) == ([], [])
    assert [attributes.get("type") for tag, attributes in page.tags if tag == "input"].count("password") == 0
    response = client.post("/accounts/login/", {"login": "candidate@example.org"})
    page = read(client.get(response["Location"]))
    assert "Enter the code" in page.text
    page = read(client.post(response["Location"], {"code": newest_code()}, follow=True))
    assert "candidate@example.org" in page.text


def newest_letter() -> tuple[str, str]:
    """Subject and body."""
    from guildmark_portal.jobs.runner import Runner

    Runner().run_due()
    return str(mail.outbox[-1].subject), str(mail.outbox[-1].body)


@pytest.mark.usefixtures("candidate")
def test_the_letter_with_a_sign_in_code_says_for_how_long_it_is_valid(client: Client) -> None:
    client.post("/accounts/login/", {"login": "candidate@example.org"})
    subject, body = newest_letter()
    assert subject == "Your sign-in code"
    assert "It is valid for 15 minutes, and once." in body
    assert "If it was not you, there is nothing to do" in body
    assert "Hello from" not in body


@pytest.mark.usefixtures("db")
def test_the_letter_that_confirms_an_address_says_for_how_long_its_code_is_valid(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "new@example.org", "name": "Nia New"})
    subject, body = newest_letter()
    assert subject == "Confirm your email address"
    assert "It is valid for 15 minutes, and once." in body
    assert "Hello from" not in body


@pytest.mark.usefixtures("db")
def test_the_letter_to_an_address_without_an_account_says_how_to_make_one(client: Client) -> None:
    client.post("/accounts/login/", {"login": "nobody@example.org"})
    subject, body = newest_letter()
    assert subject == "There is no account with this address"
    assert "/accounts/signup/" in body


def test_the_address_is_spelled_alike_on_every_page() -> None:
    texts = {path.name: path.read_text() for path in TEMPLATES.rglob("*") if path.is_file()}
    assert len(texts) > 40
    assert [name for name, text in texts.items() if "e-mail" in text.lower()] == []


@pytest.mark.usefixtures("candidate")
def test_a_wrong_code_is_refused_beside_its_field(client: Client) -> None:
    response = client.post("/accounts/login/", {"login": "candidate@example.org"})
    page = read(client.post(response["Location"], {"code": "WRONG"}))
    assert [attributes for _tag, attributes in page.tags if "errorlist" in str(attributes.get("class"))] != []
    assert page.problems == []


@pytest.mark.usefixtures("candidate")
def test_a_wrong_code_says_what_to_do_and_the_third_one_that_a_new_code_works(client: Client) -> None:
    response = client.post("/accounts/login/", {"login": "candidate@example.org"})
    page = read(client.post(response["Location"], {"code": "WRONG"}))
    assert "This is not the code of the newest message. Type it as it stands there, or ask for a new one." in page.text
    client.post(response["Location"], {"code": "WRONG"})
    page = read(client.post(response["Location"], {"code": "WRONG"}, follow=True))
    assert "That code was wrong too often and no longer counts. Ask for a new one now." in page.text
    response = client.post("/accounts/login/", {"login": "candidate@example.org"})
    assert client.post(response["Location"], {"code": newest_code()})["Location"] == "/exam/"


@pytest.mark.usefixtures("candidate")
def test_a_new_code_is_confirmed_and_asked_for_only_where_that_can_be_done(client: Client) -> None:
    address = client.post("/accounts/login/", {"login": "candidate@example.org"})["Location"]
    confirmation = "A new message is on its way. Only the newest code counts."
    page = read(client.get(address))
    assert (confirmation in page.text, "or ask for a new one" in page.text) == (False, True)
    while "Send a new code" in page.text:
        page = read(client.post(address, {"action": "resend"}, follow=True))
        assert confirmation in page.text
    assert "or ask for a new one" not in page.text
    assert "or cancel and begin again" in page.text


def test_signing_out_asks_first_and_says_that_a_clock_goes_on(owner: Client) -> None:
    page = read(owner.get("/accounts/logout/"))
    assert "its clock does not stop" in page.text
    assert owner.post("/accounts/logout/")["Location"] == "/"
    assert "Sign in" in read(owner.get("/")).text


def test_a_terminal_is_connected_on_the_owners_word(candidate: User, client: Client) -> None:
    from guildmark_portal.accounts.client import ensure_client

    ensure_client()
    owner = signed_in(candidate, minutes_ago=1)
    code = code_for_a_terminal(client)
    page = read(owner.get("/identity/o/device"))
    assert "Connect a terminal" in page.text
    assert (page.problems, page.labels_missing) == ([], [])
    page = read(owner.get(f"/identity/o/device?code={code}"))
    assert code in page.text
    assert "candidate@example.org" in page.text
    assert page.problems == []
    page = read(owner.post(f"/identity/o/device?code={code}", {"action": "confirm"}))
    assert "The terminal is signed in" in page.text
    assert page.problems == []


def test_a_terminal_can_be_refused(owner: Client, client: Client) -> None:
    from guildmark_portal.accounts.client import ensure_client

    ensure_client()
    page = read(owner.post(f"/identity/o/device?code={code_for_a_terminal(client)}", {"action": "deny"}))
    assert "The sign-in was refused" in page.text
    assert page.problems == []


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/login/", "/accounts/inactive/"])
@pytest.mark.usefixtures("db")
def test_each_page_names_itself_once(client: Client, path: str) -> None:
    page = read(client.get(path))
    assert [tag for tag, _attributes in page.tags].count("h1") == 1
