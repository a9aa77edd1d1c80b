"""Sign-in by another organisation with SAML."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
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


@pytest.mark.usefixtures("institute")
@pytest.mark.parametrize(("seconds", "status"), [(-1, 302), (0, 404)])
def test_metadata_counts_until_the_instant_that_it_names(client, db, tmp_path, seconds, status):
    until = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)
    (tmp_path / "institute.xml").write_text(metadata_of(HOLDER, valid_until="2030-01-15T12:00:00Z"))
    with clock.use(lambda: until + timedelta(seconds=seconds)):
        assert client.post(f"{SAML}/login/").status_code == status
        assert ("Institute" in client.get("/accounts/login/").content.decode()) == (status == 302)


@pytest.mark.usefixtures("institute")
def test_metadata_that_was_fetched_anew_counts_again_and_a_file_that_is_gone_does_not(client, db, tmp_path):
    held = tmp_path / "institute.xml"
    held.write_text(metadata_of(HOLDER, valid_until="2020-01-15T12:00:00Z"))
    assert client.post(f"{SAML}/login/").status_code == 404
    held.write_text(metadata_of(HOLDER))
    assert client.post(f"{SAML}/login/").status_code == 302
    held.unlink()
    assert client.post(f"{SAML}/login/").status_code == 404


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("", None),
        ("2030-01-15T12:00:00Z", datetime(2030, 1, 15, 12, 0, tzinfo=UTC)),
        ("2030-01-15T12:00:00.250+01:00", datetime(2030, 1, 15, 11, 0, 0, 250_000, tzinfo=UTC)),
        ("2030-01-15T12:00:00", datetime(2030, 1, 15, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_end_of_metadata_is_read_in_every_way_that_it_is_written(said, until):
    assert sign_in_providers.valid_until(metadata_of(HOLDER, valid_until=said).encode()) == until


def test_of_many_organisations_in_one_file_anothers_end_does_not_count():
    others = metadata_of(HOLDER, entity="https://another.example", valid_until="2020-01-15T12:00:00Z")
    ours, space = metadata_of(HOLDER), "urn:oasis:names:tc:SAML:2.0:metadata"

    def until(end):
        return sign_in_providers.valid_until(
            f'<m:EntitiesDescriptor xmlns:m="{space}"{end}>{ours}{others}</m:EntitiesDescriptor>'.encode()
        )

    assert until("") is None
    assert until(' validUntil="2030-01-15T12:00:00Z"') == datetime(2030, 1, 15, 12, 0, tzinfo=UTC)


def test_an_end_that_is_no_instant_is_no_metadata():
    with pytest.raises(sign_in_providers.Unfit):
        sign_in_providers.valid_until(metadata_of(HOLDER, valid_until="soon").encode())
