"""Signing up and in: an address and a code, never a password."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.urls import NoReverseMatch, reverse

from guildmark_portal.accounts.models import User
from guildmark_portal.jobs.models import Job

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")
SIGNUP, LOGIN = "/accounts/signup/", "/accounts/login/"
CONFIRM_SIGNUP, CONFIRM_LOGIN = "/accounts/confirm-email/", "/accounts/login/code/confirm/"


def signed_in(client) -> str | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else None


def test_a_new_person_signs_up_with_a_name_and_a_code(client, db, newest_code):
    answer = client.post(SIGNUP, {"email": "Ada@Example.org", "name": "Ada Lovelace"})
    assert (answer.status_code, answer["Location"], signed_in(client)) == (302, CONFIRM_SIGNUP, None)
    answer = client.post(CONFIRM_SIGNUP, {"code": newest_code()})
    assert (answer.status_code, answer["Location"], signed_in(client)) == (302, "/exam/", "ada@example.org")
    user = User.objects.get()
    assert (user.name, user.is_staff, user.has_usable_password()) == ("Ada Lovelace", False, False)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("ada@example.org", True, True)]


def test_sign_up_needs_a_name(client, db):
    assert client.post(SIGNUP, {"email": "ada@example.org"}).status_code == 200
    assert User.objects.count() == 0


def test_a_wrong_code_signs_nobody_in(client, db, newest_code):
    client.post(SIGNUP, {"email": "ada@example.org", "name": "Ada"})
    newest_code()
    client.post(CONFIRM_SIGNUP, {"code": "BBBB-BBBB"})
    assert signed_in(client) is None
    assert EmailAddress.objects.get().verified is False


def test_a_candidate_signs_in_with_a_code_whatever_the_case_of_the_address(client, candidate, newest_code):
    answer = client.post(LOGIN, {"login": "CANDIDATE@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM_LOGIN)
    client.post(CONFIRM_LOGIN, {"code": newest_code()})
    assert signed_in(client) == candidate.email


def test_the_owner_that_init_made_signs_in(client, db, newest_code):
    from guildmark_portal.accounts.services import ensure_owner

    assert [ensure_owner(email="Owner@example.org", actor="test"), ensure_owner(email="owner@example.org", actor="test")] == [
        True,
        False,
    ]
    client.post(LOGIN, {"login": "owner@example.org"})
    client.post(CONFIRM_LOGIN, {"code": newest_code()})
    assert client.get("/admin/").status_code == 200


def test_a_code_is_good_for_its_own_browser_only(client, candidate, stranger, newest_code, django_user_model):
    from django.test import Client

    client.post(LOGIN, {"login": candidate.email})
    code = newest_code()
    other = Client()
    other.post(LOGIN, {"login": stranger.email})
    other.post(CONFIRM_LOGIN, {"code": code})
    assert signed_in(other) is None


def test_a_letter_links_to_the_portal_whatever_the_request_called_it(client, db, letters, settings):
    settings.PORTAL_URL = "https://exam.example.org"
    client.post("/accounts/login/", {"login": "nobody@example.org"}, headers={"host": "localhost:6666"})
    (letter,) = letters()
    assert ("6666" in letter, "https://exam.example.org/accounts/signup/" in letter) == (False, True)


def test_an_unknown_address_is_not_told_apart_and_gets_no_code(client, db, letters):
    answer = client.post(LOGIN, {"login": "nobody@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM_LOGIN)
    assert User.objects.count() == 0
    assert [CODE.findall(letter) for letter in letters()] == [[]]


def test_a_second_sign_up_with_the_same_address_makes_no_second_account(client, candidate, letters):
    answer = client.post(SIGNUP, {"email": "Candidate@Example.org", "name": "Mallory"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM_SIGNUP)
    assert list(User.objects.values_list("name", flat=True)) == ["Ada Candidate"]
    (letter,) = letters()
    assert "/accounts/login/" in letter
    assert (CODE.findall(letter), "password" in letter) == ([], False)


def test_an_account_that_was_closed_cannot_sign_in(client, candidate, newest_code):
    candidate.is_active = False
    candidate.save()
    client.post(LOGIN, {"login": candidate.email})
    assert signed_in(client) is None


def test_codes_for_one_address_are_limited(client, candidate, letters):
    for _attempt in range(6):
        client.post(LOGIN, {"login": candidate.email})
    assert len(letters()) <= 3


def test_codes_are_limited_by_network_too(client, db):
    def ask(number: int, network: str) -> int:
        return client.post(LOGIN, {"login": f"somebody{number}@example.org"}, REMOTE_ADDR=network).status_code

    assert [ask(number, "192.0.2.7") for number in range(61)] == [302] * 60 + [429]
    assert ask(61, "192.0.2.8") == 302


def test_guesses_are_limited(client, candidate, newest_code):
    client.post(LOGIN, {"login": candidate.email})
    code = newest_code()
    for _guess in range(3):
        client.post(CONFIRM_LOGIN, {"code": "BBBB-BBBB"})
    client.post(CONFIRM_LOGIN, {"code": code})
    assert signed_in(client) is None


def test_a_sent_code_is_not_kept(client, candidate, newest_code):
    client.post(LOGIN, {"login": candidate.email})
    newest_code()
    assert list(Job.objects.values_list("kind", "payload")) == [("mail", {})]


def test_there_are_no_passwords(candidate, rf):
    candidate.set_password("correct horse")
    candidate.save()
    assert authenticate(rf.get("/"), username=candidate.email, email=candidate.email, password="correct horse") is None
    for name in ("account_set_password", "account_change_password", "account_reset_password"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_the_database_refuses_the_same_address_in_another_case(candidate):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="CANDIDATE@example.org")])
