"""The provider of identity checks, as the configuration names it."""

import pytest

from guildmark_portal.identity_provider_config import ProviderSecrets, ProviderUnfit, parse, secrets_of


@pytest.mark.parametrize(
    "table",
    [[], {"kind": "other"}, {"what": ""}, {"url": "http://example.org"}, {"pages": "https://example.org/"}, {"kind": 1}],
)
def test_a_provider_that_cannot_work_is_refused(table):
    with pytest.raises(ProviderUnfit):
        parse(table)


def test_the_secrets_come_from_the_environment_first(monkeypatch):
    kept = {"key": "sk_kept", "webhook_secret": "whsec_kept"}
    assert secrets_of(kept) == ProviderSecrets("sk_kept", "whsec_kept")
    monkeypatch.setenv("GUILDMARK_STRIPE_KEY", "sk_environment")
    assert secrets_of(kept).key == "sk_environment"
    assert not secrets_of({})
    assert "sk_" not in repr(secrets_of(kept))
