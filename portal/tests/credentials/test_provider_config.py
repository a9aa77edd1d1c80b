"""The badge provider, as the configuration names it."""

import base64

import pytest

from guildmark_portal.badge_provider_config import BadgeProviderConfig, BadgeProviderUnfit, parse, secrets_of

pytestmark = pytest.mark.certificates

WEBHOOK = {"kind": "webhook", "name": "Example Badges", "url": "https://badges.example.org/in?from=us"}
SECRET = "whsec_" + base64.b64encode(b"x" * 24).decode()


def test_a_webhook_and_accredible_are_understood() -> None:
    assert parse({}) == BadgeProviderConfig()
    assert parse(WEBHOOK).url == WEBHOOK["url"]
    found = parse({"kind": "accredible", "groups": {"tensorflow-live": 9549}})
    assert (found.name, found.url, found.groups) == ("Accredible", "https://api.accredible.com", {"tensorflow-live": 9549})
    (network,) = parse({**WEBHOOK, "private_addresses": ["10.0.0.0/8"]}).private_addresses
    assert str(network) == "10.0.0.0/8"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"what": ""},
        {"kind": "other"},
        {"kind": 1},
        {**WEBHOOK, "name": " "},
        {**WEBHOOK, "url": ""},
        {**WEBHOOK, "url": "http://badges.example.org/in"},
        {**WEBHOOK, "url": "https://me:secret@badges.example.org/in"},
        {**WEBHOOK, "url": "https://badges.example.org/in\nX: y"},
        {**WEBHOOK, "url": "https://[badges"},
        {**WEBHOOK, "url": "file:///etc/passwd"},
        {**WEBHOOK, "private_addresses": "10.0.0.0/8"},
        {**WEBHOOK, "private_addresses": ["my network"]},
        {**WEBHOOK, "demonstrations": "no"},
        {"kind": "accredible", "url": "https://api.accredible.com/v1"},
        {"kind": "accredible", "groups": {"tensorflow-live": True}},
    ],
)
def test_a_provider_that_cannot_work_is_refused(wrong: object) -> None:
    with pytest.raises(BadgeProviderUnfit):
        parse(wrong)


def test_the_secrets_come_from_the_environment_first_and_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"key": "kept", "webhook_secrets": [SECRET]}
    assert (secrets_of(kept).key, secrets_of(kept).webhook_secrets) == ("kept", (b"x" * 24,))
    monkeypatch.setenv("GUILDMARK_BADGE_PROVIDER_KEY", "from-the-environment")
    other = "whsec_" + base64.b64encode(b"y" * 64).decode()
    monkeypatch.setenv("GUILDMARK_BADGE_PROVIDER_WEBHOOK_SECRETS", f"{other} {SECRET}")
    found = secrets_of(kept)
    assert (found.key, found.webhook_secrets) == ("from-the-environment", (b"y" * 64, b"x" * 24))
    assert repr(found) == "BadgeProviderSecrets()"


@pytest.mark.parametrize(
    "kept",
    [
        {"key": 1},
        {"key": "a\nb"},
        {"webhook_secrets": SECRET},
        {"webhook_secrets": [SECRET.removeprefix("whsec_")]},
        {"webhook_secrets": ["whsec_" + base64.b64encode(b"short").decode()]},
        {"webhook_secrets": ["whsec_" + base64.b64encode(b"x" * 65).decode()]},
        {"webhook_secrets": ["whsec_%%%"]},
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_and_not_repeated(kept: dict[str, object]) -> None:
    with pytest.raises(BadgeProviderUnfit) as refused:
        secrets_of(kept)
    assert SECRET.removeprefix("whsec_") not in str(refused.value)
