"""Passkeys, the authenticator app, and recovery codes."""

import json
import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from portal.tests.accounts.conftest import signed_in, who
from portal.tests.accounts.soft_passkey import SoftPasskey
from portal.tests.web.html_reading import Page

from guildmark_portal import clock
from guildmark_portal.accounts import sealing
from guildmark_portal.audit.models import Entry

HOME, ADD, LOGIN = "/account/security/", "/account/security/webauthn/add/", "/account/security/webauthn/login/"
ACTIVATE, CODES = "/account/security/totp/activate/", "/account/security/recovery-codes/"
STEP, SIGN_IN, CONFIRM = "/account/security/authenticate/", "/accounts/login/", "/accounts/login/code/confirm/"


def question(client: Client, page: str) -> dict[str, object]:
    """What the page asks of the browser."""
    tags = Page(client.get(page).content.decode()).tags
    (options,) = [attributes["data-options"] for tag, attributes in tags if tag == "form" and "data-passkey" in attributes]
    return dict(json.loads(str(options)))


def add(client: Client, passkey: SoftPasskey, name: str = "laptop") -> None:
    answer = client.post(ADD, {"name": name, "credential": passkey.create(question(client, ADD))})
    assert answer.status_code == 302, answer.content.decode()


def sign_in(passkey: SoftPasskey) -> Client:
    client = Client()
    options = client.get(LOGIN, headers={"Accept": "application/json"}).json()["request_options"]
    client.post(LOGIN, {"credential": passkey.get(options)})
    return client


def app_code(secret: str, shift: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, sorted(yield_hotp_counters_from_time())[1] + shift))


@pytest.fixture
def with_app(own: Client) -> str:
    """The candidate has an authenticator app: its key."""
    page = Page(own.get(ACTIVATE).content.decode())
    assert page.problems == []
    secret = own.session["mfa.totp.secret"]
    assert own.post(ACTIVATE, {"code": app_code(secret)})["Location"] == CODES
    return str(secret)


def test_a_passkey_signs_in_by_itself(own, candidate):
    passkey = SoftPasskey()
    add(own, passkey)
    assert who(sign_in(passkey)) == candidate


def test_somebody_has_several_each_with_a_name_and_any_can_be_removed(own, candidate):
    keys = [SoftPasskey(), SoftPasskey()]
    for passkey, name in zip(keys, ("laptop", "blue key"), strict=True):
        add(own, passkey, name)
    own.get(CODES)
    rows = Authenticator.objects.filter(type="webauthn").order_by("pk")
    own.post(f"/account/security/webauthn/keys/{rows[1].pk}/edit/", {"name": "green key"})
    page = own.get(HOME).content.decode()
    assert ("laptop" in page, "green key" in page, "blue key" in page) == (True, True, False)
    own.post(f"/account/security/webauthn/keys/{rows[0].pk}/remove/")
    assert [who(sign_in(passkey)) for passkey in keys] == [None, candidate]


def test_a_passkey_that_does_not_check_who_holds_it_is_refused(own):
    answer = own.post(ADD, {"name": "careless", "credential": SoftPasskey(verifies=False).create(question(own, ADD))})
    assert (answer.status_code, Authenticator.objects.count()) == (200, 0)


def test_an_answer_to_another_question_another_site_or_an_older_one_is_refused(own):
    passkey = SoftPasskey()
    add(own, passkey)
    fresh = Client().get(LOGIN, headers={"Accept": "application/json"}).json()["request_options"]
    client = Client()
    client.get(LOGIN, headers={"Accept": "application/json"})
    client.post(LOGIN, {"credential": passkey.get(fresh)})
    assert who(client) is None
    passkey.origin = "https://testserver.example"
    assert who(sign_in(passkey)) is None


def test_a_stranger_cannot_touch_it(own, stranger):
    add(own, SoftPasskey())
    key = Authenticator.objects.get(type="webauthn").pk
    other = signed_in(stranger, minutes_ago=1)
    statuses = [
        other.post(f"/account/security/webauthn/keys/{key}/{what}/", {"name": "mine"}).status_code
        for what in ("edit", "remove")
    ]
    assert statuses == [404, 404]
    assert str(Authenticator.objects.get(pk=key)) == "laptop"


def test_adding_one_asks_for_a_fresh_sign_in_and_is_told_by_mail(stale, own, letters):
    assert stale.get(ADD)["Location"].startswith("/accounts/reauthenticate/")
    add(own, SoftPasskey())
    to, subject, body = letters()[-1]
    assert (to, subject) == ("candidate@example.org", "A passkey was added")
    assert "If it was not you, sign in now, end the other sessions" in body


def test_with_a_passkey_the_code_from_the_mail_alone_no_longer_signs_in(own, candidate, newest_code):
    passkey = SoftPasskey()
    add(own, passkey)
    client = Client()
    client.post(SIGN_IN, {"login": candidate.email})
    answer = client.post(CONFIRM, {"code": newest_code()})
    assert (answer["Location"].partition("?")[0], who(client)) == (STEP, None)
    client.post(STEP, {"credential": passkey.get(question(client, STEP))})
    assert who(client) == candidate


def test_the_authenticator_app_is_asked_after_the_mail_and_takes_a_code_once(own, candidate, with_app, newest_code):
    for code, expected in ((app_code(with_app, 9), None), (app_code(with_app), candidate), (app_code(with_app), None)):
        client = Client()
        client.post(SIGN_IN, {"login": candidate.email})
        client.post(CONFIRM, {"code": newest_code()})
        client.post(STEP, {"code": code})
        assert who(client) == expected


def test_each_recovery_code_signs_in_once(own, candidate, with_app, newest_code):
    codes = re.findall(r"<li><code>(\d+)</code></li>", own.get(CODES).content.decode())
    assert len(codes) == 10
    for code, expected in ((codes[0], candidate), (codes[0], None)):
        client = Client()
        client.post(SIGN_IN, {"login": candidate.email})
        client.post(CONFIRM, {"code": newest_code()})
        client.post(STEP, {"code": code})
        assert who(client) == expected
    assert codes[0] not in own.get(CODES).content.decode()


def test_with_an_app_a_fresh_sign_in_means_the_app(candidate, with_app):
    client = signed_in(candidate, minutes_ago=0)
    client.cookies.clear()
    client = signed_in(candidate, minutes_ago=60)
    answer = client.get("/account/delete/")
    assert answer["Location"].startswith("/account/security/reauthenticate/")
    assert client.get("/accounts/reauthenticate/")["Location"].startswith("/account/security/reauthenticate/")
    client.post("/account/security/reauthenticate/", {"code": app_code(with_app, 1)})
    assert client.get("/account/delete/").status_code == 200


@pytest.mark.parametrize("seconds", [0, 33, 59])
def test_a_code_of_the_app_counts_once_for_as_long_as_it_could_be_taken(seconds, candidate, with_app, monkeypatch):
    where, code = "/account/security/reauthenticate/", {"code": app_code(with_app, 1)}
    assert signed_in(candidate).post(where, code).status_code == 302
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: clock.now() + timedelta(seconds=seconds))
    again = signed_in(candidate)
    assert again.post(where, code).status_code == 200
    assert again.get("/account/delete/").status_code == 302
    if seconds == 59:
        assert signed_in(candidate).post(where, {"code": app_code(with_app, 1)}).status_code == 302


def test_a_code_by_mail_entered_after_the_app_was_added_is_not_fresh_enough(candidate, with_app):
    Authenticator.objects.update(created_at="2020-01-01T00:00Z")
    assert signed_in(candidate, minutes_ago=1).get("/account/delete/").status_code == 302


def test_what_was_added_and_removed_is_in_the_audit_table(own, candidate, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        add(own, SoftPasskey())
    key = Authenticator.objects.get(type="webauthn").pk
    own.post(f"/account/security/webauthn/keys/{key}/remove/")
    found = Entry.objects.filter(action__startswith="account.authenticator").order_by("id")
    assert list(found.values_list("actor", "action", "detail")) == [
        (f"user:{candidate.pk}", "account.authenticator_added", {"kind": "webauthn"}),
        (f"user:{candidate.pk}", "account.authenticator_added", {"kind": "recovery_codes"}),
        (f"user:{candidate.pk}", "account.authenticator_removed", {"kind": "webauthn"}),
        (f"user:{candidate.pk}", "account.authenticator_removed", {"kind": "recovery_codes"}),
    ]


def test_secrets_are_sealed_in_the_database(own, with_app):
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert with_app not in stored
    assert sealing.unseal(Authenticator.objects.get(type="totp").data["secret"]) == with_app


@pytest.mark.parametrize(
    "page", [HOME, ADD, ACTIVATE, "/account/sessions/", "/account/data/", "/account/delete/", "/account/email/"]
)
def test_every_page_is_well_formed_and_names_itself_once(page, own):
    found = Page(own.get(page).content.decode())
    assert (found.problems, found.labels_missing) == ([], [])
    assert [tag for tag, _attributes in found.tags].count("h1") == 1
