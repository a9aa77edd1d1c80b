"""The provider of identity checks that a portal uses, as `portal.toml` names it.

[identity_provider]
kind = "stripe"                        # the key: secrets.json, "identity_provider": {"key": "…", "webhook_secret": "…"},
                                       # or the variables GUILDMARK_STRIPE_KEY and GUILDMARK_STRIPE_WEBHOOK_SECRET
url = "https://api.stripe.com"         # where its API is
pages = "https://verify.stripe.com"    # where it sends people; no other address is followed
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final
from urllib.parse import urlsplit

from guildmark.i18n import _

STRIPE: Final = "stripe"
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


class ProviderUnfit(ValueError):
    """Something below `identity_provider` cannot be used; the message says what."""


@dataclass(frozen=True)
class IdentityProvider:
    """A provider and where it is; `kind` is `stripe`, or empty for none."""

    kind: str = ""
    url: str = "https://api.stripe.com"
    pages: str = "https://verify.stripe.com"


@dataclass(frozen=True)
class ProviderSecrets:
    """The key of the provider's API, and the secret with which it signs what it sends."""

    key: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether both are there."""
        return bool(self.key and self.webhook_secret)


def parse(document: Any) -> IdentityProvider:
    """The table `identity_provider` of the configuration. Raises `ProviderUnfit`."""
    known = {one.name for one in fields(IdentityProvider)}
    if not isinstance(document, Mapping) or set(document) - known or not all(isinstance(one, str) for one in document.values()):
        raise ProviderUnfit(_("identity_provider has kind, url and pages, and nothing else"))
    found = IdentityProvider(**document)
    if found.kind not in {"", STRIPE}:
        raise ProviderUnfit(_("identity_provider.kind must be stripe, or empty for none"))
    for address in (found.url, found.pages):
        read = urlsplit(address)
        is_local = read.scheme == "http" and read.hostname in _LOOPBACK
        if not read.hostname or (read.scheme != "https" and not is_local) or address != f"{read.scheme}://{read.netloc}":
            raise ProviderUnfit(_("{address} must be an origin that begins with https://").format(address=address))
    return found


def secrets_of(kept: Mapping[str, str]) -> ProviderSecrets:
    """Key and webhook secret: from the environment, else from the secrets; empty if they are in neither."""
    return ProviderSecrets(
        os.environ.get("GUILDMARK_STRIPE_KEY") or kept.get("key", ""),
        os.environ.get("GUILDMARK_STRIPE_WEBHOOK_SECRET") or kept.get("webhook_secret", ""),
    )
