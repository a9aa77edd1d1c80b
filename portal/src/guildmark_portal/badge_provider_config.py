"""The badge provider that a portal hands certificates to, as `portal.toml` names it.

[badge_provider]
kind = "webhook"                        # or "accredible"
name = "Example Badges"                 # what holders are told before they consent
url = "https://badges.example.org/in"   # where webhooks go; for Accredible where its API is
private_addresses = ["10.0.0.0/8"]      # networks of yours that the provider may be in; none is allowed otherwise
demonstrations = false                  # whether certificates of demonstrations are handed over too

[badge_provider.groups]                 # for Accredible: the group of each program
tensorflow-live = 9549

Its secrets stand in `secrets.json`, where `guildmark-portal badge-provider` puts them: "key", that of Accredible's API, and
"webhook_secrets", of which every one signs, so that the provider can go from one to the next. The variables
GUILDMARK_BADGE_PROVIDER_KEY and GUILDMARK_BADGE_PROVIDER_WEBHOOK_SECRETS (separated by spaces) come before them.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from guildmark.i18n import _

WEBHOOK: Final = "webhook"
ACCREDIBLE: Final = "accredible"
_WHSEC: Final = "whsec_"
SECRET_BYTES: Final = (24, 64)
"""The shortest and the longest secret that the Standard Webhooks specification allows."""
_ACCREDIBLE_URL: Final = "https://api.accredible.com"
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_LONGEST_NAME: Final = 100


class BadgeProviderUnfit(ValueError):
    """Something below `badge_provider` cannot be used; the message says what."""


@dataclass(frozen=True)
class BadgeProviderConfig:
    """A provider and where it is; `kind` is `webhook` or `accredible`, or empty for none. `groups`: program -> group."""

    kind: str = ""
    name: str = ""
    url: str = ""
    private_addresses: tuple[IPv4Network | IPv6Network, ...] = ()
    demonstrations: bool = False
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class BadgeProviderSecrets:
    """The key of the provider's API, and the secrets that sign webhooks, as bytes."""

    key: str = field(default="", repr=False)
    webhook_secrets: tuple[bytes, ...] = field(default=(), repr=False)


def parse(document: Any) -> BadgeProviderConfig:
    """The table `badge_provider` of the configuration. Raises `BadgeProviderUnfit`."""
    known = {one.name for one in fields(BadgeProviderConfig)}
    if not isinstance(document, Mapping) or set(document) - known:
        raise BadgeProviderUnfit(_("badge_provider has {names}, and nothing else").format(names=", ".join(sorted(known))))
    texts = {name: document.get(name, "") for name in ("kind", "name", "url")}
    if not all(isinstance(text, str) for text in texts.values()) or texts["kind"] not in {"", WEBHOOK, ACCREDIBLE}:
        raise BadgeProviderUnfit(_("badge_provider.kind must be webhook or accredible, or empty for none"))
    if not texts["kind"]:
        return BadgeProviderConfig()
    if texts["kind"] == ACCREDIBLE:
        texts = {**texts, "name": texts["name"] or "Accredible", "url": texts["url"] or _ACCREDIBLE_URL}
    if not 0 < len(texts["name"].strip()) <= _LONGEST_NAME:
        raise BadgeProviderUnfit(_("badge_provider.name must say whom certificates are handed to"))
    _require_address(texts["url"], is_origin=texts["kind"] == ACCREDIBLE)
    demonstrations = document.get("demonstrations", False)
    if not isinstance(demonstrations, bool):
        raise BadgeProviderUnfit(_("badge_provider.demonstrations must be true or false"))
    networks = _networks(document.get("private_addresses", []))
    return BadgeProviderConfig(
        **texts, private_addresses=networks, demonstrations=demonstrations, groups=_groups(document.get("groups", {}))
    )


def _require_address(url: str, *, is_origin: bool) -> None:
    try:
        read = urlsplit(url)
        is_local = read.scheme == "http" and read.hostname in _LOOPBACK
        fits = bool(read.hostname) and read.port != 0 and (read.scheme == "https" or is_local)
    except ValueError:  # a bracket without its partner, or a port out of range
        fits = False
    if not fits or read.username is not None or read.fragment or not (url.isascii() and url.isprintable()):
        raise BadgeProviderUnfit(_("badge_provider.url must be an address that begins with https://"))
    if is_origin and url != f"{read.scheme}://{read.netloc}":
        raise BadgeProviderUnfit(_("badge_provider.url must end after the host or port"))


def _networks(written: Any) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        if not isinstance(written, list) or not all(isinstance(one, str) for one in written):
            raise ValueError  # noqa: TRY301 - one refusal for all that it cannot be
        return tuple(ip_network(one) for one in written)
    except ValueError as error:
        raise BadgeProviderUnfit(_("badge_provider.private_addresses must be a list such as 10.0.0.0/8")) from error


def _groups(written: Any) -> Mapping[str, int]:
    if not isinstance(written, Mapping) or not all(type(one) is int and one > 0 for one in written.values()):
        raise BadgeProviderUnfit(_("badge_provider.groups must give each program the number of a group"))
    return dict(written)


def secrets_of(kept: Mapping[str, Any]) -> BadgeProviderSecrets:
    """Key and webhook secrets: from the environment, else from the secrets; empty if they are in neither.

    Raises `BadgeProviderUnfit` for a secret that the specification does not allow, without saying which.
    """
    key = os.environ.get("GUILDMARK_BADGE_PROVIDER_KEY") or kept.get("key", "")
    named = os.environ.get("GUILDMARK_BADGE_PROVIDER_WEBHOOK_SECRETS", "").split() or kept.get("webhook_secrets", [])
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not isinstance(named, list):
        raise BadgeProviderUnfit(_("the secrets of badge_provider must be a key and a list of webhook_secrets"))
    return BadgeProviderSecrets(key.strip(), tuple(_secret(one) for one in named))


def written(secret: bytes) -> str:
    """A secret as the specification writes it."""
    return _WHSEC + base64.b64encode(secret).decode()


def _secret(text: Any) -> bytes:
    """The bytes of `whsec_…`."""
    shortest, longest = SECRET_BYTES
    try:
        if not isinstance(text, str) or not text.startswith(_WHSEC):
            raise ValueError  # noqa: TRY301 - one refusal for all that it cannot be
        found = base64.b64decode(text.removeprefix(_WHSEC), validate=True)
        if not shortest <= len(found) <= longest:
            raise ValueError  # noqa: TRY301 - as above
    except (ValueError, binascii.Error):
        raise BadgeProviderUnfit(
            _("a webhook secret must be whsec_ and then {shortest} to {longest} bytes in base64").format(
                shortest=shortest, longest=longest
            )
        ) from None
    return found
