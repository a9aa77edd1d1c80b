"""Sign-in by another organisation with OpenID Connect."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from portal.tests.accounts.conftest import who
from portal.tests.accounts.soft_organisation import CLIENT_ID, SECRET, Organisation

from guildmark_portal import sign_in_providers
from guildmark_portal.accounts import services
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry


@pytest.fixture
def organisation(settings, tmp_path) -> Iterator[Organisation]:
    found = Organisation()
    found.thread.start()
    provider = sign_in_providers.OidcProvider(id="university", name="University", issuer=found.url, client_id=CLIENT_ID)
    sign_in = sign_in_providers.SignIn(oidc=(provider,))
    settings.SOCIALACCOUNT_PROVIDERS = sign_in_providers.for_allauth(sign_in, tmp_path, {"university": SECRET})
    settings.SIGN_IN_TRUSTED_DOMAINS = {"university": ("example.org",)}
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.thread.join(5)


def come_from(organisation: Organisation, client: Client, **person: object) -> None:
    """Go through the whole dance as that person."""
    organisation.person = {"sub": "p-1", "name": "Ada Lovelace", **person}
    page = client.get("/accounts/login/").content.decode()
    assert "Sign in with University" in page
    there = client.post("/accounts/elsewhere/oidc/university/login/")["Location"]
    assert there.startswith(f"{organisation.url}/authorize?")
    state = parse_qs(urlsplit(there).query)["state"][0]
    client.get(f"/accounts/elsewhere/oidc/university/login/callback/?code=c&state={state}")


@pytest.mark.parametrize("verified", [True, False])
def test_a_proved_address_of_a_trusted_domain_joins_the_account_and_no_other(verified, organisation, client, candidate):
    come_from(organisation, client, email="Candidate@example.org", email_verified=verified)
    assert who(client) == (candidate if verified else None)
    assert SocialAccount.objects.count() == int(verified)
    audited = Entry.objects.filter(action="account.organisation_added").values_list("detail", flat=True)
    assert list(audited) == [{"organisation": "university"}] * int(verified)
    assert organisation.asked["client_secret"] == SECRET
    assert "code_verifier" in organisation.asked


@pytest.mark.parametrize("domains", [(), ("example.com",), ("org",), ("xexample.org",)])
def test_an_organisation_joins_nobody_outside_the_domains_it_is_trusted_for(
    domains, organisation, client, candidate, settings, letters
):
    settings.SIGN_IN_TRUSTED_DOMAINS = {"university": domains}
    come_from(organisation, client, email=candidate.email, email_verified=True)
    assert (who(client), SocialAccount.objects.count(), User.objects.count()) == (None, 0, 1)
    assert letters()[-1][:2] == (candidate.email, "You have an account already")


def test_a_subdomain_of_a_trusted_domain_is_not_trusted(organisation, client, db):
    user = User.objects.create_user("eve@evil.example.org", "Eve")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    come_from(organisation, client, email=user.email, email_verified=True)
    assert who(client) is None


def test_a_newcomer_of_a_trusted_domain_has_an_account_at_once(organisation, client, db):
    come_from(organisation, client, email="new@example.org", email_verified=True, name="Nia  New")
    assert (who(client).email, who(client).name) == ("new@example.org", "Nia New")


def test_a_newcomer_of_any_other_domain_proves_the_address_first(organisation, client, db, newest_code):
    come_from(organisation, client, email="new@elsewhere.example", email_verified=True)
    assert who(client) is None
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@elsewhere.example", False)]
    client.post("/accounts/confirm-email/", {"code": newest_code()})
    assert who(client).email == "new@elsewhere.example"


def by_code(address: str, newest_code) -> Client:
    """The browser of somebody who signs in with a code."""
    browser = Client()
    browser.post("/accounts/login/", {"login": address})
    browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
    return browser


def test_who_linked_an_address_before_it_was_proved_loses_the_link_when_its_owner_comes(
    organisation, client, db, newest_code, stopped_clock
):
    come_from(organisation, client, email="victim@elsewhere.example", email_verified=True, sub="attacker")
    assert SocialAccount.objects.get().uid == "attacker"
    stopped_clock.advance(60)
    victim = by_code("victim@elsewhere.example", newest_code)
    assert (who(victim).email, SocialAccount.objects.count()) == ("victim@elsewhere.example", 0)
    assert Entry.objects.filter(action="account.organisation_removed").count() == 1
    again = Client()
    come_from(organisation, again, email="victim@elsewhere.example", email_verified=True, sub="attacker")
    assert (who(client), who(again)) == (None, None)


def test_who_proves_the_address_after_a_sign_in_elsewhere_keeps_it(organisation, client, db, newest_code):
    come_from(organisation, client, email="new@elsewhere.example", email_verified=True, sub="own")
    client.post("/accounts/confirm-email/", {"code": newest_code()})
    assert (who(client).email, SocialAccount.objects.get().uid) == ("new@elsewhere.example", "own")
    again = Client()
    come_from(organisation, again, email="new@elsewhere.example", email_verified=True, sub="own")
    assert who(again) == who(client)


def test_sessions_and_terminals_from_before_the_proof_end(organisation, client, db, newest_code, stopped_clock):
    come_from(organisation, client, email="victim@elsewhere.example", email_verified=True, sub="attacker")
    user = User.objects.get()
    Token.objects.create(type=Token.Type.REFRESH_TOKEN, user=user, hash="x")
    stopped_clock.advance(60)
    victim = by_code(user.email, newest_code)
    assert (who(victim), Token.objects.count()) == (user, 0)


def test_a_new_owner_inherits_no_link_of_somebody_else(organisation, client, db):
    come_from(organisation, client, email="chief@elsewhere.example", email_verified=True, sub="attacker")
    services.ensure_owner(email="chief@elsewhere.example", actor="tests")
    assert SocialAccount.objects.count() == 0
    again = Client()
    come_from(organisation, again, email="chief@elsewhere.example", email_verified=True, sub="attacker")
    assert who(again) is None


def test_a_name_that_no_certificate_can_carry_is_left_out(organisation, client, db):
    come_from(organisation, client, email="new@example.org", email_verified=True, name="\u202eevE")
    assert who(client).name == ""


def test_once_joined_it_is_the_person_there_that_counts_not_the_address(organisation, client, candidate):
    come_from(organisation, client, email=candidate.email, email_verified=True)
    again = Client()
    come_from(organisation, again, email="changed@example.org", email_verified=True)
    assert who(again) == candidate


def test_an_account_that_asks_for_more_asks_here_too(organisation, client, candidate):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=candidate, type="totp", data={"secret": "x"})
    come_from(organisation, client, email=candidate.email, email_verified=True)
    assert who(client) is None


def test_a_token_for_somebody_else_is_refused(organisation, client, candidate):
    organisation.audience = "another-portal"
    come_from(organisation, client, email=candidate.email, email_verified=True)
    assert who(client) is None


def test_an_answer_that_was_not_asked_for_signs_nobody_in(organisation, client, candidate):
    organisation.person = {"sub": "p-1", "email": candidate.email, "email_verified": True}
    answer = client.get("/accounts/elsewhere/oidc/university/login/callback/?code=c&state=made-up")
    assert (answer.status_code, who(client)) == (401, None)
    assert "Nobody was signed in" in answer.content.decode()
