"""The account page: people correct their own name, and nobody else's."""

import re

import pytest
from django.test import Client
from portal.tests.conftest import person_with

from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry

PAGE = "/account/"


def entries() -> list[tuple[str, str, str, dict[str, object]]]:
    about_accounts = Entry.objects.filter(action__startswith="account.")
    return list(about_accounts.values_list("actor", "action", "subject", "detail"))


@pytest.fixture
def own(client: Client, candidate: User) -> Client:
    client.force_login(candidate)
    return client


def test_it_shows_the_name_and_the_address(own):
    html = own.get(PAGE).content.decode()
    assert "<h1>Name and email</h1>" in html
    assert 'value="Ada Candidate"' in html
    assert "You sign in with candidate@example.org" in html
    assert "A certificate carries it too, unless you enter a legal name." in html


def test_every_page_leads_there_by_the_address_in_its_header(own):
    assert f'href="{PAGE}">candidate@example.org</a>' in own.get("/exam/").content.decode()


def test_a_corrected_name_is_kept_with_an_audit_entry_that_names_nobody(own, candidate):
    answer = own.post(PAGE, {"name": "  Ada   Lovelace "}, follow=True)
    candidate.refresh_from_db()
    assert candidate.name == "Ada Lovelace"
    assert "New certificates carry your legal name if you gave one, and else this name." in answer.content.decode()
    assert entries() == [(f"user:{candidate.pk}", "account.renamed", f"user:{candidate.pk}", {})]


def test_the_same_name_again_is_no_change(own):
    assert own.post(PAGE, {"name": "Ada Candidate"})["Location"] == PAGE
    assert entries() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "Ada\0"])
def test_a_name_that_no_certificate_can_carry_is_refused_beside_its_field(own, candidate, name):
    answer = own.post(PAGE, {"name": name})
    candidate.refresh_from_db()
    assert (answer.status_code, candidate.name, entries()) == (200, "Ada Candidate", [])
    assert "errorlist" in answer.content.decode()


def test_nothing_but_the_name_can_be_changed(own, candidate):
    own.post(PAGE, {"name": "Ada", "email": "other@example.org", "is_staff": "on", "id": "1"})
    candidate.refresh_from_db()
    assert (candidate.name, candidate.email, candidate.is_staff) == ("Ada", "candidate@example.org", False)


def test_a_visitor_signs_in_first(client, candidate):
    for answer in (client.get(PAGE), client.post(PAGE, {"name": "Eve"})):
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={PAGE}")
    candidate.refresh_from_db()
    assert candidate.name == "Ada Candidate"


def test_a_stranger_sees_and_changes_only_what_is_theirs(client, candidate, stranger):
    client.force_login(stranger)
    assert "Ada Candidate" not in client.get(PAGE).content.decode()
    client.post(f"{PAGE}?user={candidate.pk}", {"name": "Eve", "user": candidate.pk, "email": candidate.email})
    assert list(User.objects.order_by("email").values_list("email", "name")) == [
        ("candidate@example.org", "Ada Candidate"),
        ("stranger@example.org", "Eve"),
    ]


def test_a_form_from_elsewhere_is_refused(candidate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(candidate)
    assert client.post(PAGE, {"name": "Eve"}).status_code == 403


@pytest.mark.parametrize(("role", "is_led_there"), [("owner", True), ("auditor", True), ("reviewer", False)])
def test_who_may_open_the_administration_is_led_there_and_deletion_comes_last(client, db, role, is_led_there):
    client.force_login(person_with(role))
    html = client.get(PAGE).content.decode()
    assert ('href="/admin/"' in html) is is_led_there
    links = re.findall(r'<li><a href="([^"]+)"', html)
    assert links[-1] == "/account/delete/"
