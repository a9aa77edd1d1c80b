"""Sign-in by another organisation with SAML."""

import base64
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from portal.tests.accounts.conftest import who
from portal.tests.accounts.soft_institute import HOLDER, SAML, assertion, metadata_of

from guildmark_portal import clock, sign_in_providers
from guildmark_portal.accounts.models import User


@pytest.fixture
def client() -> Client:
    """A browser that names the host, as all do."""
    return Client(headers={"host": "testserver"})


@pytest.fixture
def institute(settings, tmp_path) -> None:
    (tmp_path / "institute.xml").write_text(metadata_of(HOLDER))
    provider = sign_in_providers.SamlProvider(id="institute", name="Institute", metadata="institute.xml")
    sign_in = sign_in_providers.SignIn(saml=(provider,))
    settings.SOCIALACCOUNT_PROVIDERS = sign_in_providers.for_allauth(sign_in, tmp_path, {})
    settings.SIGN_IN_TRUSTED_DOMAINS = {"institute": ("example.org",)}


def request_of(client: Client) -> str:
    """Begin the sign-in; the id of the request that the identity provider would get."""
    there = client.post(f"{SAML}/login/")["Location"]
    assert there.startswith("https://idp.institute.example/sso?")
    sent = zlib.decompress(base64.b64decode(parse_qs(urlsplit(there).query)["SAMLRequest"][0]), -15).decode()
    return sent.partition('ID="')[2].partition('"')[0]


def finish(client: Client, response: str) -> int:
    client.post(f"{SAML}/acs/", {"SAMLResponse": response})
    return client.get(f"{SAML}/acs/finish/").status_code


@pytest.mark.usefixtures("institute")
def test_the_metadata_page_says_where_assertions_go(client, db):
    answer = client.get(f"{SAML}/metadata/")
    text = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert f'Location="http://testserver{SAML}/acs/"' in text
    assert 'WantAssertionsSigned="true"' in text


@pytest.mark.usefixtures("institute")
def test_a_signed_assertion_about_a_trusted_domain_signs_in(client, candidate):
    assert finish(client, assertion(request_of(client), candidate.email)) == 302
    assert who(client) == candidate


@pytest.mark.usefixtures("institute")
def test_an_assertion_about_any_other_domain_proves_nothing(client, db, letters):
    user = User.objects.create_user("ada@other.example", "Ada")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    finish(client, assertion(request_of(client), user.email))
    assert (who(client), SocialAccount.objects.count()) == (None, 0)


@pytest.mark.usefixtures("institute")
@pytest.mark.parametrize(
    "wrong",
    [
        {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
        {"key": None},
        {"minutes": -10},
        {"audience": "https://another.example/metadata"},
    ],
    ids=["another's key", "not signed", "expired", "for another portal"],
)
def test_an_assertion_that_does_not_hold_is_refused(wrong, client, candidate):
    assert finish(client, assertion(request_of(client), candidate.email, **wrong)) == 401
    assert who(client) is None


@pytest.mark.usefixtures("institute")
def test_an_assertion_that_was_changed_after_it_was_signed_is_refused(client, candidate):
    signed = base64.b64decode(assertion(request_of(client), "eve@example.org")).replace(
        b"eve@example.org", b"candidate@example.org"
    )
    assert finish(client, base64.b64encode(signed).decode()) == 401
    assert who(client) is None


@pytest.mark.usefixtures("institute")
def test_an_assertion_that_nobody_here_asked_for_is_refused(client, candidate):
    assert finish(client, assertion("_made_up", candidate.email)) == 403
    assert who(client) is None


@pytest.mark.usefixtures("institute")
def test_an_assertion_is_good_once(client, candidate):
    response = assertion(request_of(client), candidate.email)
    finish(client, response)
    client.post("/accounts/logout/")
    finish(client, response)
    assert who(client) is None


NEXT = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.usefixtures("institute")
@pytest.mark.parametrize("published", [(HOLDER, NEXT), (NEXT, HOLDER)], ids=["first", "second"])
@pytest.mark.parametrize("signer", [HOLDER, NEXT], ids=["the old key", "the new key"])
def test_every_certificate_of_the_metadata_holds(published, signer, client, candidate, tmp_path):
    (tmp_path / "institute.xml").write_text(metadata_of(*published))
    assert finish(client, assertion(request_of(client), candidate.email, key=signer)) == 302
    assert who(client) == candidate


@pytest.mark.usefixtures("institute")
def test_a_key_that_the_metadata_names_no_longer_is_refused(client, candidate, tmp_path):
    (tmp_path / "institute.xml").write_text(metadata_of(NEXT))
    assert finish(client, assertion(request_of(client), candidate.email, key=HOLDER)) == 401


@pytest.mark.usefixtures("institute")
def test_a_portal_that_runs_takes_new_metadata_within_a_minute(client, candidate, tmp_path, monkeypatch):
    assert finish(client, assertion(request_of(client), candidate.email)) == 302
    (tmp_path / "institute.xml").write_text(metadata_of(NEXT))
    in_a_minute = timedelta(seconds=sign_in_providers.METADATA_AGE_S + 1)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: clock.now() + in_a_minute)  # the cache's own clock
    other = Client(headers={"host": "testserver"})
    assert finish(other, assertion(request_of(other), candidate.email, key=HOLDER)) == 401
