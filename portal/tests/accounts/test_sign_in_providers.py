"""What `portal.toml` says of other organisations."""

import pytest
from portal.tests.accounts.soft_institute import ENTITY, HOLDER, metadata_of
from portal.tests.platform.test_settings import load, shown

from guildmark_portal import sign_in_providers

OIDC_ENTRY = {"id": "university", "name": "University", "issuer": "https://id.example.edu", "client_id": "guildmark"}


def test_what_portal_toml_says_is_read():
    found = sign_in_providers.parse({"oidc": [{**OIDC_ENTRY, "trusted_domains": ["example.edu"]}]})
    assert found.all == (sign_in_providers.OidcProvider(**OIDC_ENTRY, trusted_domains=("example.edu",)),)
    assert sign_in_providers.secret_of(found.oidc[0], {"university": "hush"}) == "hush"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"ldap": []}, "nothing else"),
        ({"oidc": [{"id": "x"}]}, "has client_id, id, issuer, name and trusted_domains"),
        ({"oidc": [{**OIDC_ENTRY, "colour": "red"}]}, "no more"),
        ({"oidc": [{**OIDC_ENTRY, "id": "Uni 1"}]}, "small letters"),
        ({"oidc": [{**OIDC_ENTRY, "issuer": "http://id.example.edu"}]}, "https://"),
        ({"oidc": [{**OIDC_ENTRY, "trusted_domains": "example.edu"}]}, "list of domains"),
        ({"oidc": [{**OIDC_ENTRY, "trusted_domains": ["*"]}]}, "list of domains"),
        ({"oidc": [OIDC_ENTRY, OIDC_ENTRY]}, "the same id"),
    ],
)
def test_what_cannot_work_is_refused_by_name(document, why):
    with pytest.raises(sign_in_providers.Unfit, match=why.replace("*", r"\*")):
        sign_in_providers.parse(document)


def test_a_metadata_file_that_is_none_is_refused_by_name(tmp_path):
    provider = sign_in_providers.SamlProvider(id="i", name="I", metadata="i.xml")
    with pytest.raises(sign_in_providers.Unfit, match=r"i\.xml is not the metadata"):
        sign_in_providers.saml_idp(provider, tmp_path)
    (tmp_path / "i.xml").write_text("<html>")
    with pytest.raises(sign_in_providers.Unfit, match=r"i\.xml is not the metadata"):
        sign_in_providers.saml_idp(provider, tmp_path)


@pytest.fixture
def configured(initialised, portal_env) -> dict[str, str]:
    """A portal whose `portal.toml` names both kinds."""
    (initialised / "institute.xml").write_text(metadata_of(HOLDER))
    with (initialised / "portal.toml").open("a") as config:
        config.write(
            """
[[sign_in.oidc]]
id = "university"
name = "University"
issuer = "https://id.example.edu"
client_id = "guildmark"
trusted_domains = ["example.edu"]

[[sign_in.saml]]
id = "institute"
name = "Institute"
metadata = "institute.xml"
"""
        )
    return {**portal_env, "GUILDMARK_DATA": str(initialised), "GUILDMARK_SIGN_IN_SECRET_UNIVERSITY": "from the environment"}


def test_a_portal_that_is_so_configured_has_both_doors_and_lets_its_forms_lead_there(configured):
    found = shown(configured, "SOCIALACCOUNT_PROVIDERS", "SIGN_IN_TRUSTED_DOMAINS", "CONTENT_SECURITY_POLICY")
    providers = found["SOCIALACCOUNT_PROVIDERS"]
    (oidc,), (saml,) = providers["openid_connect"]["APPS"], providers["saml"]["APPS"]
    assert (oidc["secret"], oidc["settings"]["server_url"]) == ("from the environment", "https://id.example.edu")
    assert (saml["settings"]["idp"]["entity_id"], saml["settings"]["advanced"]["want_assertion_signed"]) == (ENTITY, True)
    assert found["SIGN_IN_TRUSTED_DOMAINS"] == {"university": ["example.edu"], "institute": []}
    forms = found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"]
    assert forms == ["'self'", "https://id.example.edu", "https://idp.institute.example"]


def test_without_any_the_sign_in_page_has_no_other_door(client, db):
    assert "Sign in with University" not in client.get("/accounts/login/").content.decode()


def test_metadata_that_is_missing_is_said_before_the_portal_starts(configured, initialised):
    (initialised / "institute.xml").unlink()
    assert "institute.xml is not the metadata of a SAML identity provider" in load(configured, "DATA_DIR").stderr
